import { UsageError } from '../../errors/index.ts'
import { type LinkOptions, Random } from '../../link-model/index.ts'
import type { PathLink } from '../../spec/index.ts'
import type { Direction } from '../plan.ts'
import type { Certifiable } from './certifiable.ts'
import { findDelay, scheduleDelay } from './delay.ts'
import { type Finding, type Tolerances, usualTolerances, type Verdict } from './finding.ts'
import { payloadOf, smallFrame } from './frames.ts'
import { lapsesSince, Measuring } from './measuring.ts'
import { bareWire } from './probes/bare-wire.ts'
import { Prober } from './probes/prober.ts'
import type { ProbeEnd } from './probes/protocol.ts'

export interface CertifyOptions {
  /** What the links should be; what the path says of them when left out. */
  asked?: readonly PathLink[]
  /** About two seconds for a link, instead of up to ten: shares below some 1e-3 cannot be told then. */
  quick?: boolean
  tolerances?: Partial<Tolerances>
  /** Is told of each step before it is done. */
  tell?: (step: string) => void
}

/** A finding, and of which link: counted from 0, in which direction. */
export interface PlacedFinding extends Finding {
  link: number
  direction: Direction
}

/** What a path was measured to be, by probe traffic, against what was asked for. */
export interface Certificate {
  /** That there were too few probes for one thing is told there. */
  verdict: Exclude<Verdict, 'too few'>
  findings: PlacedFinding[]
  tolerances: Tolerances
  /** What the same measurement finds of a wire without anything in it, ns: its own error. */
  own: { delay: number; delayP99: number }
  /** How often the emulator fell behind meanwhile, in its own words; the kernel does not tell. */
  lapses?: Readonly<Record<string, number>>
  seconds: number
}

/**
 * Measures each link of a path in both directions: delay and jitter, rate, loss, marks, duplicates and order. What seems
 * wrong is measured twice before it is said to be.
 *
 * @throws UsageError for links that the path has not got
 */
export async function certifyPath(path: Certifiable, options: CertifyOptions = {}): Promise<Certificate> {
  const started = performance.now()
  const { asked = path.links, quick = false, tell } = options
  if (asked.length !== path.links.length) throw new UsageError(`the path has ${path.links.length} links, and ${asked.length} are asked for`)
  const tolerances = { ...usualTolerances, ...options.tolerances }
  await using prober = new Prober()
  tell?.('measuring a bare wire')
  const own = await measureOwn(prober, path.mtu)
  const before = (await path.statistics()).lapses
  const findings: PlacedFinding[] = []
  for (const [link, directions] of asked.entries()) {
    for (const direction of ['right', 'left'] as const) {
      const [from, to] = direction === 'right' ? [link, link + 1] : [link + 1, link]
      tell?.(`measuring link ${link + 1} to the ${direction}`)
      const measuring = new Measuring({ path, prober, from: endIn(path, from), to: endIn(path, to), link, direction })
      const found = await measuring.all(directions[direction], { tolerances, quick })
      findings.push(...found.map((finding) => ({ ...finding, link, direction })))
    }
  }
  const { lapses } = await path.statistics()
  const verdict = verdictOf(findings)
  const seconds = (performance.now() - started) / 1000
  return { verdict, findings, tolerances, own, ...(lapses === undefined ? {} : { lapses: lapsesSince(before, lapses) }), seconds }
}

function endIn({ hosts }: Certifiable, segment: number): ProbeEnd {
  const found = hosts.find((one) => one.segment === segment)
  if (found === undefined) throw new UsageError(`the path has no host in segment ${segment}`)
  return { namespace: `/proc/${found.host.pid}/ns/net`, address: found.ipv4 }
}

async function measureOwn(prober: Prober, mtu: number): Promise<Certificate['own']> {
  using wire = bareWire(mtu)
  const link: LinkOptions = { rate: { kind: 'constant', rate: Infinity }, delay: 0, queue: { kind: 'droptail', limit: {} } }
  const schedule = scheduleDelay(link, 0.2, randomOf('wire'))
  const result = await prober.probe({ ...wire, payload: payloadOf(smallFrame), ecn: 0, schedule, patience: 50e6, stamps: true })
  const [median, p99] = findDelay(link, result, usualTolerances)
  return { delay: median?.measured ?? Number.NaN, delayP99: p99?.measured ?? Number.NaN }
}

const randomOf = (stream: string): (() => number) => {
  const random = new Random(1, stream)
  return () => random.float()
}

function verdictOf(findings: readonly Finding[]): Certificate['verdict'] {
  for (const verdict of ['off', 'disturbed'] as const) if (findings.some((finding) => finding.verdict === verdict)) return verdict
  return 'ok'
}
