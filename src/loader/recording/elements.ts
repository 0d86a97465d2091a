import { SyscallError } from '../../errors/index.ts'
import { MAP_TYPE } from '../uapi.ts'
import type { RecordedThing } from './handle.ts'

type RecordedMap = Extract<RecordedThing, { kind: 'map' }>

/** Maps that have all their elements from the start. */
const arrays: ReadonlySet<number> = new Set([MAP_TYPE.ARRAY, MAP_TYPE.PERCPU_ARRAY])

const keyOf = (key: Uint8Array): string => Buffer.from(key).toString('hex')

const missing = (syscall: string, { what }: RecordedMap): SyscallError =>
  new SyscallError({ doing: `recording an element of ${what}`, syscall, errno: 'ENOENT' })

/** What was put there; zeros for an element of an array. */
export function elementOf(map: RecordedMap, key: Uint8Array, valueSize: number): Uint8Array<ArrayBuffer> | undefined {
  const known = map.elements.get(keyOf(key))
  if (known !== undefined || !arrays.has(map.definition.type)) return known
  const index = new DataView(key.buffer, key.byteOffset, 4).getUint32(0, true)
  if (index >= map.definition.maxEntries) return undefined
  const zeros = new Uint8Array(valueSize)
  map.elements.set(keyOf(key), zeros)
  return zeros
}

export function putElement(map: RecordedMap, key: Uint8Array, value: Uint8Array): void {
  const known = elementOf(map, key, value.length)
  // Memory of the map shows what is written.
  if (known?.length === value.length) known.set(value)
  else map.elements.set(keyOf(key), new Uint8Array(value))
}

export function deleteElement(map: RecordedMap, key: Uint8Array): void {
  if (!map.elements.delete(keyOf(key))) throw missing('delete', map)
}

/** The key after another in the order in which they were put there; the first for a key that is gone. */
export function keyAfter(map: RecordedMap, key: Uint8Array | undefined): Uint8Array | undefined {
  const keys = [...map.elements.keys()]
  const next = keys[key === undefined ? 0 : keys.indexOf(keyOf(key)) + 1]
  return next === undefined ? undefined : new Uint8Array(Buffer.from(next, 'hex'))
}

/** Part of the first element, which shows what is written; of other maps some memory for itself. */
export function memoryOf(map: RecordedMap, { offset, length }: { offset: number; length: number }): Uint8Array<ArrayBuffer> {
  const first = elementOf(map, new Uint8Array(4), map.definition.valueSize)
  const inside = first !== undefined && offset + length <= first.length
  return inside ? first.subarray(offset, offset + length) : new Uint8Array(length)
}
