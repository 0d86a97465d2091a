import { zeroTerminated } from '../../bytes/index.ts'
import { addressOf } from '../libc.ts'

/**
 * How one command of bpf(2) uses `union bpf_attr`, or what is used of a struct that the kernel fills: the offset and
 * kind of each field. `address` takes the bytes that the kernel is to read or write; `name` a text of at most 15 bytes.
 */
export type Layout = Readonly<Record<string, readonly [offset: number, kind: 'u32' | 'u64' | 'address' | 'name']>>

export type Values<L extends Layout> = {
  readonly [Field in keyof L]?: L[Field][1] extends 'address'
    ? Uint8Array
    : L[Field][1] extends 'name'
      ? string
      : L[Field][1] extends 'u64'
        ? bigint
        : number
}

/** What `Values` is when it is read and not written: an address means nothing then. */
export type Fields<L extends Layout> = {
  readonly [Field in keyof L]: L[Field][1] extends 'name' ? string : L[Field][1] extends 'u32' ? number : bigint
}

/** Larger than any kernel's `union bpf_attr`, so that whatever it writes back has room. */
const attrSize = 256
const widths = { u32: 4, u64: 8, address: 8, name: 16 } as const

/** The bytes up to the end of the last field. */
export const layoutSize = (layout: Layout): number =>
  Math.max(...Object.values(layout).map(([offset, kind]) => offset + widths[kind]))

/**
 * Writes the fields of a command. `size` reaches to the end of the last field that is not zero: a kernel refuses bytes
 * that it does not know only when they are not zero, and newer fields stand at the end.
 */
export function encodeAttr<L extends Layout>(layout: L, values: Values<L>): { attr: Uint8Array; size: number } {
  const attr = new Uint8Array(attrSize)
  return { attr, size: writeFields(attr, layout, values) }
}

/** Writes fields into a struct. Returns where the last one ends that is not zero. */
export function writeFields<L extends Layout>(bytes: Uint8Array, layout: L, values: Values<L>): number {
  const view = new DataView(bytes.buffer)
  let size = 0
  for (const [field, [offset, kind]] of Object.entries(layout)) {
    const value = values[field]
    if (value === undefined || value === 0 || value === 0n || value === '') continue
    if (typeof value === 'number') view.setUint32(offset, value, true)
    else if (typeof value === 'bigint') view.setBigUint64(offset, value, true)
    else if (typeof value === 'string') Buffer.from(value).copy(bytes, offset, 0, widths.name - 1)
    else view.setBigUint64(offset, addressOf(value), true)
    size = Math.max(size, offset + widths[kind])
  }
  return size
}

/** Reads the fields of a struct that the kernel has written. */
export function readFields<L extends Layout>(layout: L, bytes: Uint8Array): Fields<L>
// A signature of its own, because the compiler cannot see that each value's type follows from its field's kind.
export function readFields(layout: Layout, bytes: Uint8Array): Record<string, string | number | bigint> {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const read = ([offset, kind]: Layout[string]): string | number | bigint => {
    if (kind === 'name') return zeroTerminated(bytes.subarray(0, offset + widths.name), offset) ?? ''
    return kind === 'u32' ? view.getUint32(offset, true) : view.getBigUint64(offset, true)
  }
  return Object.fromEntries(Object.entries(layout).map(([field, place]) => [field, read(place)]))
}
