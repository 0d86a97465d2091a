import type { CcdkError } from '../../../errors/index.ts'
import { nominalRate } from '../../../link-model/index.ts'
import type { Key, ResolvedPath } from '../../../spec/index.ts'
import type { Direction } from '../plans/plan.ts'

/** What a workload has to know of the path that it is for. */
export interface Network {
  /** The bottleneck's rate in each direction, bit/s. */
  rates: Record<Direction, number>
  clients: number
  servers: number
}

/** What resolving a workload needs from where it was written. */
export interface WorkloadContext extends Network {
  /** The names that `arm` may have. */
  arms: readonly string[]
  /** An error that names the place of these keys. */
  error: (keys: readonly Key[], expected: string) => CcdkError
  /** The text of a file that the workload names. */
  readFile: (name: string) => string
}

/** An item that is looked at, and by which keys it is reached. */
export interface Around extends WorkloadContext {
  keys: readonly Key[]
}

/** The slowest link counts; of one whose rate changes in steps the highest rate, of a trace the mean. */
export function networkOf({ links, segments }: ResolvedPath): Network {
  const hosts = (role: ResolvedPath['segments'][number]['role']): number => segments.find((segment) => segment.role === role)?.hosts ?? 0
  return {
    rates: {
      forward: Math.min(...links.map(({ right }) => nominalRate(right.rate))),
      reverse: Math.min(...links.map(({ left }) => nominalRate(left.rate))),
    },
    clients: hosts('clients'),
    servers: hosts('servers'),
  }
}
