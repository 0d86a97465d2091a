import { type LinkOptions, meanLoss } from '../../link-model/index.ts'
import { exactly, type Finding, judge, type Tolerances } from './finding.ts'
import { smallFrame } from './frames.ts'
import type { ProbeResult, Schedule } from './probes/protocol.ts'
import { findShare, inflation } from './share.ts'

/** Of what the link takes: probes do not wait for each other for long, and none finds the queue full. */
const load = 0.4
/** No machine's ends and emulator have trouble with so many a second. */
const mostPerSecond = 60_000
/** So many hits tell a share from its double. */
const enoughHits = 20
const mostSeconds = 6
const usualReach = 2.58

/** As many probes as tell the shares that were asked for, if they fit into `most` seconds, and no fewer than `least` holds. */
export function scheduleLoss(link: LinkOptions, { least, most = mostSeconds }: { least: number; most?: number }): Schedule {
  const perSecond = Math.min(mostPerSecond, (load * slowest(link)) / 8 / smallFrame)
  const needs = [shareOf(link.loss), shareOf(link.mark), link.duplicate ?? 0].map((share) => (share === 0 ? 0 : enoughHits / share))
  const worth = link.loss === undefined ? 1 : inflation(link.loss)
  const count = Math.ceil(Math.min(most * perSecond, Math.max(least * perSecond, ...needs.map((need) => need * worth))))
  const { packets = Infinity, bytes = Infinity } = link.queue.limit
  const burst = Math.max(1, Math.min(16, Math.floor(Math.min(packets, bytes / smallFrame) / 4)))
  return { kind: 'paced', count: Math.max(20, count), perSecond, first: 1, burst }
}

/** bit/s, as far as that can be said beforehand. */
function slowest({ rate, policer }: LinkOptions): number {
  const least =
    rate.kind === 'constant' ? rate.rate : rate.kind === 'steps' ? Math.min(...rate.steps.map((step) => step.rate).filter((each) => each > 0)) : 1e6
  return Math.min(least, policer?.rate ?? Infinity)
}

const shareOf = (picked: LinkOptions['loss']): number => (picked === undefined ? 0 : meanLoss(picked))

/** Which probes were lost, came twice or marked, and whether they came in order. */
export function findLoss(link: LinkOptions, { sentAt, arrivals }: ProbeResult, tolerances: Tolerances): Finding[] {
  const sent = sentAt.length
  const copies = copiesOf(arrivals.number, sent)
  const [lost, twice] = [countOf(copies, (count) => count === 0), countOf(copies, (count) => count > 1)]
  const loss = shareOf(link.loss)
  const { duplicate = 0 } = link
  // Each copy of a packet that is doubled gets lost by itself.
  const asked = { lost: (1 - duplicate) * loss + duplicate * loss ** 2, twice: duplicate * (1 - loss) ** 2 }
  const marked = countOf(arrivals.ecn, (ecn) => ecn === 3)
  return [
    findShare({ subject: 'loss', hits: lost, trials: sent, asked: asked.lost, picked: link.loss }, tolerances),
    ...findBursts(link, copies),
    findShare({ subject: 'marks', hits: marked, trials: arrivals.ecn.length, asked: shareOf(link.mark), picked: link.mark }, tolerances),
    findShare({ subject: 'duplicates', hits: twice, trials: sent, asked: asked.twice }, tolerances),
    findOrder(link, arrivals.number),
  ]
}

function copiesOf(numbers: Uint32Array, sent: number): Uint8Array {
  const copies = new Uint8Array(sent)
  for (const number of numbers) copies[number] = (copies[number] ?? 0) + 1
  return copies
}

function countOf(values: Uint8Array, holds: (value: number) => boolean): number {
  let count = 0
  for (const value of values) if (holds(value)) count += 1
  return count
}

/** How many are lost in a row, in the mean, where bursts alone lose packets and lose all of theirs. */
function findBursts({ loss, duplicate = 0 }: LinkOptions, copies: Uint8Array): Finding[] {
  if (loss?.kind !== 'bursts' || loss.toGood === 0 || duplicate > 0) return []
  if ((loss.lossInBad ?? 1) !== 1 || (loss.lossInGood ?? 0) !== 0) return []
  let [bursts, lost, isBad] = [0, 0, false]
  for (const count of copies) {
    if (count === 0 && !isBad) bursts += 1
    isBad = count === 0
    if (isBad) lost += 1
  }
  const facts = { subject: 'loss bursts', unit: 'packets', asked: exactly(1 / loss.toGood), measured: lost / bursts, probes: bursts } as const
  if (bursts < enoughHits) {
    const reason = `there were ${bursts} bursts, and ${enoughHits} would tell`
    return [{ ...facts, error: Number.NaN, tolerance: 0, verdict: 'too few', reason }]
  }
  // The length of a burst is geometric, with this deviation.
  const deviation = Math.sqrt(1 - loss.toGood) / loss.toGood
  return [judge({ ...facts, tolerance: (usualReach * deviation) / Math.sqrt(bursts) + 1 / bursts })]
}

/** Reordered is what comes after a later one did (RFC 4737, 3.3). */
function findOrder({ reorder = false, jitter = 0 }: LinkOptions, numbers: Uint32Array): Finding {
  let [next, late] = [0, 0]
  const seen = new Set<number>()
  for (const number of numbers) {
    if (number >= next) next = number + 1
    else if (!seen.has(number)) late += 1
    seen.add(number)
  }
  const asked = { least: 0, most: reorder && jitter > 0 ? 1 : 0 }
  const probes = numbers.length
  return judge({ subject: 'reordered', unit: 'share', asked, measured: probes === 0 ? Number.NaN : late / probes, tolerance: 0, probes })
}
