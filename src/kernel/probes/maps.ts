import { type Answer, MAP_FLAG, MAP_TYPE } from '../../loader/index.ts'
import { bpfCall } from '../bpf/command.ts'
import { mapBatch, mapCreate } from '../bpf/layouts.ts'
import { Fd } from '../fd.ts'
import { getPageSize } from '../libc.ts'
import { answerOf } from './ask.ts'

const oneEntry = { key_size: 4, value_size: 4, max_entries: 1 }
const create = (values: Parameters<typeof bpfCall<typeof mapCreate>>[2]): number =>
  bpfCall('BPF_MAP_CREATE', mapCreate, values).result

/** Asks for the same with and without: what is refused both ways says nothing of the feature. */
function withAndWithout(without: Parameters<typeof create>[0], more: Parameters<typeof create>[0]): Answer {
  const answer = answerOf(create({ ...without, ...more }))
  return answer === 'no' && answerOf(create(without)) !== 'yes' ? 'unknown' : answer
}

const array = { map_type: MAP_TYPE.ARRAY, ...oneEntry }

export const probeMapName = (): Answer => withAndWithout(array, { map_name: 'ccdk_probe' })
export const probeMmapableArray = (): Answer => withAndWithout(array, { map_flags: MAP_FLAG.MMAPABLE })
export const probeRingBuffer = (): Answer => answerOf(create({ map_type: MAP_TYPE.RINGBUF, max_entries: getPageSize() }))

// ABI: an arena has no keys and values, and must be one that can be mapped.
export const probeArena = (): Answer =>
  answerOf(create({ map_type: MAP_TYPE.ARENA, max_entries: 1, map_flags: MAP_FLAG.MMAPABLE }))

/** Reads an empty table in one call: it has an end, ENOENT, where there is such a call. */
export function probeBatch(): Answer {
  const result = create({ map_type: MAP_TYPE.HASH, ...oneEntry })
  if (result < 0) return 'unknown'
  using map = new Fd(result, 'map for a probe')
  const room = () => new Uint8Array(4)
  const values = { map_fd: map.number, out_batch: room(), keys: room(), values: room(), count: 1 }
  return answerOf(bpfCall('BPF_MAP_LOOKUP_BATCH', mapBatch, values).result, 'ENOENT')
}

/** An array of one value, for a program to refer to; negative when there is none to be had. */
export const sampleMap = (): number => create(array)
