import { type LinkOptions, meanLoss, mostBytes, nominalRate, rateOf, type RateOptions } from '../../link-model/index.ts'
import { exactly, type Finding, judge, type Tolerances } from './finding.ts'
import type { ProbeResult, Schedule } from './probes/protocol.ts'

/** How much more than the link takes is offered. */
const overload = 1.1
/** What waits from the start, so that the link has something to send also when the sender is held up, ns. */
const reserve = 20e6
/** No more of them at once: the ring of an AF_XDP socket has room for some thousands. */
const mostAtOnce = 512
const fewest = 12
/** So many moments of a rate that varies are looked at. */
const origins = 32

/** As fast as packets can come out of a link, whatever its queue does, bit/s. */
function topRate({ rate, policer }: Pick<LinkOptions, 'rate' | 'policer'>): number {
  const own = rate.kind === 'trace' ? (mostBytes(rate, 100e6) * 8) / 0.1 : nominalRate(rate)
  return Math.min(own, policer?.rate ?? Infinity)
}

/** Undefined for a link without a rate: what comes out is what the machine can send. */
export function scheduleRate(link: LinkOptions, frame: number, seconds: number): Schedule | undefined {
  const top = topRate(link)
  if (top === Infinity) return undefined
  const perSecond = top / 8 / frame
  const room = Math.min(link.queue.limit.packets ?? Infinity, (link.queue.limit.bytes ?? Infinity) / frame)
  const first = Math.ceil(Math.max(2, Math.min(mostAtOnce, room / 2, (perSecond * reserve) / 1e9)))
  const offered = (perSecond * overload) / Math.max(0.1, 1 - (link.loss === undefined ? 0 : meanLoss(link.loss)))
  return { kind: 'paced', count: first + Math.ceil(Math.max(fewest, seconds * offered)), perSecond: offered, first, burst: mostAtOnce }
}

/** What came out of a link that always had something to send, by when the first and the last packet came. */
export function findRate(link: LinkOptions, frame: number, { sentAt, arrivals }: ProbeResult, tolerances: Tolerances): Finding {
  const { at } = arrivals
  const probes = at.length
  // The kernel may begin to stamp after the first packets.
  const [first, last] = [at.findIndex(Number.isFinite), at.findLastIndex(Number.isFinite)]
  const length = (at[last] ?? 0) - (at[first] ?? 0)
  const measured = ((last - first) * frame * 8e9) / length
  const asked = askedRate(link, frame, length)
  const reach = (2 * (link.jitter ?? 0)) / length
  const facts = { subject: 'rate', unit: 'bit/s', asked, measured, tolerance: tolerances.rate + reach, probes } as const
  if (!(length > 0)) {
    return { ...facts, measured: Number.NaN, error: Number.NaN, verdict: 'off', reason: `${probes} of ${sentAt.length} probes have come` }
  }
  const finding = judge(facts)
  const idle = idleShare({ sentAt, frame, rate: asked.least, limit: link.queue.limit })
  if (finding.verdict !== 'off' || measured > asked.most || idle < tolerances.rate / 4) return finding
  const reason = `this machine left the link without anything to send for ${(idle * 100).toFixed(1)}% of the time`
  return { ...finding, verdict: 'disturbed', reason }
}

/** The rates that a link may have had in the mean of such a time, as nobody knows when its steps began. */
function askedRate({ rate, policer }: LinkOptions, frame: number, length: number): Finding['asked'] {
  if (rate.kind === 'constant') return exactly(Math.min(rate.rate, policer?.rate ?? Infinity))
  const means = Array.from({ length: origins }, (_, index) => meanRate(rate, frame, (index / origins) * turnOf(rate, length), length))
  const most = policer?.rate ?? Infinity
  return { least: Math.min(most, ...means), most: Math.min(most, Math.max(...means)) }
}

/** After how long a rate that varies is the same again, or for ever, ns. */
function turnOf(rate: RateOptions, length: number): number {
  if (rate.kind === 'steps') return rate.period ?? (rate.steps.at(-1)?.at ?? 0) + length
  const lines = rate.kind === 'trace' ? rate.text.trimEnd().split('\n') : []
  return Number(lines.at(-1) ?? 0) * 1e6
}

function meanRate(options: RateOptions, frame: number, start: number, length: number): number {
  const rate = rateOf(options)
  let sent = 0
  for (let time = rate.finish(start, frame); time <= start + length; time = rate.finish(time, frame)) sent += frame
  return (sent * 8e9) / length
}

interface Offered {
  sentAt: Float64Array
  frame: number
  rate: number
  limit: LinkOptions['queue']['limit']
}

/** For what part of the time a link of that rate had nothing to send, by the times at which packets came to it. */
function idleShare({ sentAt, frame, rate, limit }: Offered): number {
  const most = Math.min(limit.bytes ?? Infinity, (limit.packets ?? Infinity) * frame) + frame
  const perNs = rate / 8e9
  const [start = 0, end = 0] = [sentAt[0], sentAt.at(-1)]
  let [waiting, idle, before] = [0, 0, start]
  for (const time of sentAt) {
    const left = waiting - (time - before) * perNs
    if (left < 0) idle -= left / perNs
    waiting = Math.min(most, Math.max(0, left) + frame)
    before = time
  }
  return end > start ? idle / (end - start) : 0
}
