import { jainIndex, mean } from '../../statistics/descriptive.ts'
import type { FlowRecord, SampleColumns } from '../../trial.ts'
import type { PathFacts, RawTrial } from '../raw.ts'
import { completions, wireBytes } from './completion.ts'
import type { Figures } from './figures.ts'

const isBulk = ({ kind }: FlowRecord): boolean => kind === 'bulk'

/** bit/s of a flow while it was under way. */
function goodputOf(flow: FlowRecord, endNs: number): number {
  const time = (flow.endNs ?? endNs) - flow.startNs
  return time > 0 ? (flow.bytes * 8e9) / time : 0
}

/** bit/s of flows together over the time in which at least one was under way. */
export function goodputOfAll(flows: readonly FlowRecord[], endNs: number): number {
  let [active, until, bytes] = [0, -Infinity, 0]
  for (const flow of flows.toSorted((left, right) => left.startNs - right.startNs)) {
    const end = flow.endNs ?? Math.max(endNs, flow.startNs)
    active += Math.max(0, end - Math.max(until, flow.startNs))
    until = Math.max(until, end)
    bytes += flow.bytes
  }
  return active > 0 ? (bytes * 8e9) / active : 0
}

export function sharingFigures(arm: string, { flows, samples, endNs }: Pick<RawTrial, 'flows' | 'samples' | 'endNs'>): Figures {
  const bulk = flows.filter(isBulk)
  const own = bulk.filter((flow) => flow.arm === arm)
  if (own.length === 0) return {}
  const figures: Figures = {}
  const goodput = (some: readonly FlowRecord[]): number => some.reduce((sum, flow) => sum + goodputOf(flow, endNs), 0)
  if (own.length > 1) {
    figures['jain'] = jainIndex(own.map((flow) => goodputOf(flow, endNs)))
    const converged = convergence(own.map((flow) => ({ number: flows.indexOf(flow), flow })), samples, endNs)
    if (converged !== undefined) figures['convergence'] = converged
  }
  const all = goodput(bulk)
  if (own.length < bulk.length && all > 0) figures['share'] = goodput(own) / all / (own.length / bulk.length)
  return figures
}

/** Over how much time rates are taken, ns, and how even they have to be. */
const windowNs = 1e9
const evenEnough = 0.9

/** Undefined where the flows are not all there for as long as rates are taken over, or were not sampled. */
function convergence(flows: readonly { number: number; flow: FlowRecord }[], samples: SampleColumns, endNs: number): number | undefined {
  const begin = Math.max(...flows.map(({ flow }) => flow.startNs))
  const end = Math.min(...flows.map(({ flow }) => flow.endNs ?? endNs))
  const all = coursesOf(new Set(flows.map(({ number }) => number)), samples)
  const courses = [...all.values()]
  const moments = (courses[0]?.times ?? []).filter((time) => time >= begin && time + windowNs <= end)
  if (moments.length === 0 || courses.length < flows.length) return undefined
  const found = moments.find((time) => jainIndex(courses.map((course) => bytesAt(course, time + windowNs) - bytesAt(course, time))) >= evenEnough)
  return (found ?? end) - begin
}

interface Course {
  times: number[]
  bytes: number[]
}

/** What was acknowledged of each flow, over time. */
function coursesOf(numbers: ReadonlySet<number>, { timeNs, flow, bytesAcked }: SampleColumns): Map<number, Course> {
  const courses = new Map<number, Course>()
  for (const [row, number] of flow.entries()) {
    if (!numbers.has(number)) continue
    const course = courses.get(number) ?? { times: [], bytes: [] }
    courses.set(number, course)
    course.times.push(timeNs[row] ?? 0)
    course.bytes.push(bytesAcked[row] ?? 0)
  }
  return courses
}

/** Between two samples as if it had grown evenly. */
function bytesAt({ times, bytes }: Course, time: number): number {
  const after = firstFrom(times, time)
  const [later, sum] = [times[after], bytes[after]]
  const [earlier, before] = [times[after - 1], bytes[after - 1]]
  if (later === undefined || sum === undefined) return before ?? 0
  if (earlier === undefined || before === undefined) return sum
  return before + ((sum - before) * (time - earlier)) / (later - earlier)
}

/** The place of the first of ordered times that is not before another. */
function firstFrom(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * What flows lost against a path of their own, from 0 to 1; undefined of none. Bulk flows would part it among themselves.
 *
 * @see Ware et al., Beyond Jain's Fairness Index, HotNets 2019
 */
export function harmTo(flows: readonly FlowRecord[], endNs: number, path: PathFacts): number | undefined {
  const bulk = flows.filter(isBulk)
  const harms = bulk.map((flow) => {
    const full = path.mtu - (flow.family === 'ipv4' ? 52 : 72)
    const alone = (path.rates[flow.direction] * (full / wireBytes(full, flow.family, path.mtu))) / concurrent(flow, bulk, endNs)
    return 1 - goodputOf(flow, endNs) / alone
  })
  harms.push(...completions(flows, endNs, path).map(({ time, least }) => 1 - least / time))
  return harms.length === 0 ? undefined : mean(harms.map((harm) => Math.min(1, Math.max(0, harm))))
}

/** How many of them are under way with it in the same direction, it too, in the mean of its time. */
function concurrent(flow: FlowRecord, others: readonly FlowRecord[], endNs: number): number {
  const end = flow.endNs ?? endNs
  const overlaps = others.filter(({ direction }) => direction === flow.direction).map((other) => Math.max(0, Math.min(end, other.endNs ?? endNs) - Math.max(flow.startNs, other.startNs)))
  return Math.max(1, overlaps.reduce((sum, time) => sum + time, 0) / Math.max(1, end - flow.startNs))
}
