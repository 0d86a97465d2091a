import type { Batch, BatchResult } from '../../loader/index.ts'
import { check, errnoName, systemError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import type { Values } from './attr.ts'
import { bpfCall, type Command } from './command.ts'
import { mapBatch, mapElement, nextKey as nextKeyLayout } from './layouts.ts'

// ABI: linux/errno.h.
const ENOENT = 2

/** The address of a key; maps without keys want none. */
const keyOf = (key: Uint8Array): { key?: Uint8Array } => (key.length === 0 ? {} : { key })

/** BPF_MAP_LOOKUP_ELEM; undefined when there is no such key. */
export function lookupElement(map: Fd, key: Uint8Array, valueSize: number, flags = 0, asked?: Uint8Array): Uint8Array | undefined {
  return read('BPF_MAP_LOOKUP_ELEM', map, { ...keyOf(key), value: asked?.slice() ?? new Uint8Array(valueSize), flags: BigInt(flags) })
}

/** BPF_MAP_LOOKUP_AND_DELETE_ELEM; undefined when there is no such key. */
export function takeElement(map: Fd, key: Uint8Array, valueSize: number, flags = 0): Uint8Array | undefined {
  return read('BPF_MAP_LOOKUP_AND_DELETE_ELEM', map, { ...keyOf(key), value: new Uint8Array(valueSize), flags: BigInt(flags) })
}

function read(command: Command, map: Fd, element: Values<typeof mapElement> & { value: Uint8Array }): Uint8Array | undefined {
  const { result } = bpfCall(command, mapElement, { map_fd: map.number, ...element })
  if (result === -ENOENT) return undefined
  if (result < 0) throw systemError(-result, { doing: `reading ${map.what}`, syscall: `bpf(${command})` })
  return element.value
}

/** Calls on a map that is open ask for no privilege: EPERM says that this map takes no such call. */
export function change(command: Command, values: Values<typeof mapElement>, doing: string): void {
  const { result } = bpfCall(command, mapElement, values)
  const hints = { EPERM: 'the map is frozen, or it was opened to be read only' }
  check(result, { doing, syscall: `bpf(${command})`, hints })
}

/** BPF_MAP_UPDATE_ELEM */
export function updateElement(map: Fd, key: Uint8Array, value: Uint8Array, flags = 0): void {
  change('BPF_MAP_UPDATE_ELEM', { map_fd: map.number, ...keyOf(key), value, flags: BigInt(flags) }, `writing ${map.what}`)
}

/** BPF_MAP_DELETE_ELEM */
export function deleteElement(map: Fd, key: Uint8Array): void {
  change('BPF_MAP_DELETE_ELEM', { map_fd: map.number, key }, `deleting from ${map.what}`)
}

/** BPF_MAP_GET_NEXT_KEY; undefined after the last one. */
export function nextKey(map: Fd, key: Uint8Array | undefined, keySize: number): Uint8Array | undefined {
  const next = new Uint8Array(keySize)
  const values = { map_fd: map.number, next_key: next, ...(key === undefined ? {} : { key }) }
  const { result } = bpfCall('BPF_MAP_GET_NEXT_KEY', nextKeyLayout, values)
  if (result === -ENOENT) return undefined
  check(result, { doing: `reading the keys of ${map.what}`, syscall: 'bpf(BPF_MAP_GET_NEXT_KEY)' })
  return next
}

const batches = {
  lookup: 'BPF_MAP_LOOKUP_BATCH',
  take: 'BPF_MAP_LOOKUP_AND_DELETE_BATCH',
  update: 'BPF_MAP_UPDATE_BATCH',
  delete: 'BPF_MAP_DELETE_BATCH',
} as const

/** BPF_MAP_*_BATCH. An answer that says why it stopped is no error here: how many were done stands beside it. */
export function batchElements(map: Fd, { what, keys, values, count, flags = 0, from, next }: Batch): BatchResult {
  const { result, attr } = bpfCall(batches[what], mapBatch, {
    map_fd: map.number,
    keys,
    count,
    elem_flags: BigInt(flags),
    ...(values === undefined ? {} : { values }),
    ...(from === undefined ? {} : { in_batch: from }),
    ...(next === undefined ? {} : { out_batch: next }),
  })
  const done = attr.getUint32(mapBatch.count[0], true)
  if (result === 0) return { count: done, errno: null }
  const errno = errnoName(-result)
  // A call that was refused as such leaves the count as it was; one that failed on the way has done fewer.
  return { count: errno !== 'ENOENT' && done === count ? 0 : done, errno }
}
