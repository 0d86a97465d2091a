import type { MapSpec } from '../object.ts'
import type { Target } from '../target.ts'
import { MAP_TYPE } from '../uapi.ts'

/**
 * How many entries a map gets: as many as its definition says, but for ring buffers, which the kernel takes only as a
 * power of two of pages, and for an array of perf events, which has one for each processor unless it says otherwise.
 */
export function entriesOf({ type, maxEntries }: MapSpec, target: Pick<Target, 'pageSize' | 'possibleCpus'>): number {
  if (type === MAP_TYPE.PERF_EVENT_ARRAY && maxEntries === 0) return target.possibleCpus()
  if (type !== MAP_TYPE.RINGBUF && type !== MAP_TYPE.USER_RINGBUF) return maxEntries
  return target.pageSize * 2 ** Math.ceil(Math.log2(Math.max(1, maxEntries / target.pageSize)))
}
