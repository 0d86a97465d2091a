import type { MapSpec } from '../object.ts'
import type { Target } from '../target/target.ts'
import { MAP_TYPE } from '../uapi.ts'

/**
 * How many entries a map gets: as many as its definition says, but for ring buffers, which the kernel takes only as a
 * power of two of pages, and for an array of perf events, which has one for each processor unless it says otherwise. A
 * ring buffer of no size, or of one that no such power fits, is left for the kernel to refuse.
 */
export function entriesOf({ type, maxEntries }: MapSpec, target: Pick<Target, 'pageSize' | 'possibleCpus'>): number {
  if (type === MAP_TYPE.PERF_EVENT_ARRAY && maxEntries === 0) return target.possibleCpus()
  const isRing = type === MAP_TYPE.RINGBUF || type === MAP_TYPE.USER_RINGBUF
  if (!isRing || maxEntries === 0) return maxEntries
  const size = target.pageSize * 2 ** Math.ceil(Math.log2(Math.max(1, maxEntries / target.pageSize)))
  return size < 2 ** 32 ? size : maxEntries
}
