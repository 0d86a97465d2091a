import { setTimeout as sleep } from 'node:timers/promises'
import { type LinkOptions, Random } from '../../link-model/index.ts'
import type { Place } from '../forwarder/recorder.ts'
import type { PathStatistics } from '../statistics.ts'
import type { Certifiable } from './certifiable.ts'
import { findDelay, scheduleDelay } from './delay.ts'
import { excuse, type Finding, type Tolerances } from './finding.ts'
import { largestFrame, payloadOf, serialization, smallFrame } from './frames.ts'
import { findLoss, scheduleLoss } from './loss.ts'
import type { Prober } from './probes/prober.ts'
import type { ProbeEnd, ProbeResult, ProbeSpec, Schedule } from './probes/protocol.ts'
import { findRate, scheduleRate } from './rate.ts'
import { findStep, scheduleStep } from './step.ts'

/** How long each thing is measured at least, seconds. */
const durations = { thorough: { delay: 1.5, rate: 1.5, loss: 0.5, mostLoss: 6 }, quick: { delay: 0.3, rate: 0.3, loss: 0.2, mostLoss: 0.4 } }
/** The emulator asks the kernel ten times a second what it could not hand over, ms. */
const tellsAfter = 120
/** A clock that was set by more makes delays wrong, ns. */
const clockBound = 20e3
const [notEct, ect0] = [0, 2]

interface Wanted {
  tolerances: Tolerances
  quick: boolean
}

interface Between extends Place {
  path: Certifiable
  prober: Prober
  from: ProbeEnd
  to: ProbeEnd
}

/** What one kind of probes is for. */
interface Phase {
  schedule: Schedule
  frame: number
  ecn: number
  stamps: boolean
  /** Whether a queue that drops probes makes the answer worthless. */
  unhindered?: boolean
  find: (result: ProbeResult) => Finding[]
}

/** Measures one direction of a link. */
export class Measuring {
  readonly #between: Between

  constructor(between: Between) {
    this.#between = between
  }

  async all(link: LinkOptions, { tolerances, quick }: Wanted): Promise<Finding[]> {
    const { delay, rate, loss, mostLoss } = durations[quick ? 'quick' : 'thorough']
    const random = new Random(1, `probes ${this.#between.direction} ${this.#between.link}`)
    const frame = largestFrame(this.#between.path.mtu)
    const full = scheduleRate(link, frame, rate)
    const filling = scheduleStep(link, frame)
    const phases: (Phase | undefined)[] = [
      {
        schedule: scheduleDelay(link, delay, () => random.float()),
        frame: smallFrame,
        ecn: notEct,
        stamps: true,
        find: (result) => findDelay(link, result, tolerances),
      },
      full && { schedule: full, frame, ecn: notEct, stamps: false, find: (result) => [findRate(link, frame, result, tolerances)] },
      filling && { schedule: filling, frame, ecn: ect0, stamps: true, find: (result) => findStep(link, frame, result, tolerances) },
      {
        schedule: scheduleLoss(link, { least: loss, most: mostLoss }),
        frame: smallFrame,
        ecn: ect0,
        stamps: false,
        unhindered: true,
        find: (result) => findLoss(link, result, tolerances),
      },
    ]
    const findings: Finding[] = []
    for (const phase of phases) if (phase !== undefined) findings.push(...(await this.#twiceIfWrong(phase, link)))
    return findings
  }

  async #twiceIfWrong(phase: Phase, link: LinkOptions): Promise<Finding[]> {
    const findings = await this.#measure(phase, link)
    const isRight = findings.every(({ verdict }) => verdict === 'ok' || verdict === 'too few')
    return isRight ? findings : await this.#measure(phase, link)
  }

  async #measure({ schedule, frame, ecn, stamps, unhindered = false, find }: Phase, link: LinkOptions): Promise<Finding[]> {
    const { path, prober, from, to } = this.#between
    const before = await path.statistics()
    const spec: ProbeSpec = { from, to, payload: payloadOf(frame), ecn, schedule, patience: patienceOf(link, path.mtu), stamps }
    const result = await prober.probe(spec)
    const findings = find(result)
    if (findings.every(({ verdict }) => verdict !== 'off')) return findings
    await sleep(tellsAfter)
    const after = await path.statistics()
    const disturbances = [...ownDisturbances(result), ...emulatorDisturbances(before, after)]
    if (unhindered) disturbances.push(...queueDrops(this.#between, before, after))
    return findings.map((finding) => excuse(finding, disturbances))
  }
}

/** For how long nothing may come though something is on its way, ns. */
function patienceOf({ rate, delay, jitter = 0 }: LinkOptions, mtu: number): number {
  const varies = rate.kind === 'constant' ? 0 : 200e6
  return 30e6 + 1.5 * delay + 8 * jitter + varies + Math.min(1e9, 4 * serialization(rate, largestFrame(mtu)))
}

function ownDisturbances({ missed, clockMoved }: ProbeResult): string[] {
  return [
    ...(missed === 0 ? [] : [`the probes' own socket dropped ${missed}`]),
    ...(Math.abs(clockMoved) < clockBound ? [] : [`the clock was set by ${(clockMoved / 1e3).toFixed(0)} µs`]),
  ]
}

type Statistics = Pick<PathStatistics, 'lapses' | 'links'>
type Lapses = Readonly<Record<string, number>>

export const lapsesSince = (before: Lapses | undefined, after: Lapses): Lapses =>
  Object.fromEntries(Object.entries(after).map(([kind, count]) => [kind, count - (before?.[kind] ?? 0)]))

const emulatorDisturbances = (before: Statistics, after: Statistics): string[] =>
  Object.entries(lapsesSince(before.lapses, after.lapses ?? {})).flatMap(([kind, count]) =>
    count === 0 ? [] : [`the emulator fell behind: ${kind} ${count}`],
  )

function queueDrops({ link, direction }: Place, before: Statistics, after: Statistics): string[] {
  const dropped = ({ links }: Statistics): number => {
    const all = Object.entries(links.find((hop) => hop.link === link && hop.direction === direction)?.dropped ?? {})
    return all.reduce((sum, [reason, count]) => sum + (reason === 'loss' ? 0 : count), 0)
  }
  const count = dropped(after) - dropped(before)
  return count === 0 ? [] : [`the queue dropped ${count} of the probes`]
}
