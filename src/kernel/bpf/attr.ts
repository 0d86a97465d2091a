import { addressOf } from '../libc.ts'

/**
 * How one command of bpf(2) uses `union bpf_attr`: the offset and kind of each field. `address` takes the bytes that the
 * kernel is to read or write; `name` a text of at most 15 bytes.
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

/** Larger than any kernel's `union bpf_attr`, so that whatever it writes back has room. */
const attrSize = 256
const widths = { u32: 4, u64: 8, address: 8, name: 16 } as const

/**
 * Writes the fields of a command. `size` reaches to the end of the last field that is not zero: a kernel refuses bytes
 * that it does not know only when they are not zero, and newer fields stand at the end.
 */
export function encodeAttr<L extends Layout>(layout: L, values: Values<L>): { attr: Uint8Array; size: number } {
  const attr = new Uint8Array(attrSize)
  const view = new DataView(attr.buffer)
  let size = 0
  for (const [field, [offset, kind]] of Object.entries(layout)) {
    const value = values[field]
    if (value === undefined || value === 0 || value === 0n || value === '') continue
    if (typeof value === 'number') view.setUint32(offset, value, true)
    else if (typeof value === 'bigint') view.setBigUint64(offset, value, true)
    else if (typeof value === 'string') Buffer.from(value).copy(attr, offset, 0, widths.name - 1)
    else view.setBigUint64(offset, addressOf(value), true)
    size = Math.max(size, offset + widths[kind])
  }
  return { attr, size }
}
