import type { SizeDistribution } from '../sizes/distribution.ts'
import type { Durations } from './durations.ts'
import type { Algorithm, Direction, Family, Generator } from './plan.ts'

/** Flows of which each begins `stagger` ns after the one before. */
interface Flows {
  flows: number
  stagger: number
}

/** What an item of a workload does. Times are ns. */
export type Traffic =
  | ({ kind: 'bulk'; generator?: Generator } & Flows)
  | { kind: 'shortFlows'; gaps: Durations; sizes: SizeDistribution }
  | ({ kind: 'onOff'; on: Durations; off: Durations } & Flows)
  | ({ kind: 'requestResponse'; request: number; response: number; think: number } & Flows)
  | { kind: 'incast'; senders: number; bytes: number; every: number }
  /** Each of the bitrates in turn, bit/s. */
  | ({ kind: 'video'; chunk: number; bitrates: readonly number[] } & Flows)

/** An item of a workload with all that its plans are made of but the seed: plain data. */
export type Item = Algorithm & {
  traffic: Traffic
  /** When it begins, ns. */
  start: number
  /** For how long each of its flows sends, or for how long flows begin, ns. */
  length: number
  /** How many hosts there are at the left and the right end. */
  clients: number
  servers: number
  direction: Direction
  family: Family
}

/** About how many plans come of it. */
export function expectedPlans({ traffic, length }: Item): number {
  switch (traffic.kind) {
    case 'bulk':
    case 'requestResponse':
      return traffic.flows
    case 'shortFlows':
      return length / traffic.gaps.mean
    case 'onOff':
      return traffic.flows * Math.ceil(length / (traffic.on.mean + traffic.off.mean))
    case 'incast':
      return traffic.senders * Math.ceil(length / traffic.every)
    case 'video':
      return traffic.flows * Math.ceil(length / traffic.chunk)
  }
}

/** When the last flow has begun, and those that send for a time have ended, ns. */
export function endOf({ traffic, start, length }: Item): number {
  return start + length + ('flows' in traffic ? (traffic.flows - 1) * traffic.stagger : 0)
}
