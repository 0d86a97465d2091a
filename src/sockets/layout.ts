import { ObjectError } from '../errors/index.ts'
import { littleEndian } from '../kernel/index.ts'

/** `be16` is in network order; bit fields share a byte. */
type Kind = 'u8' | 'u16' | 'be16' | 'u32' | 'u64' | { readonly shift: number; readonly width: number }

export type Field = readonly [name: string, offset: number, kind: Kind]

type NamesOf<Of extends Field, Wanted extends Kind> = Extract<Of, readonly [string, number, Wanted]>[0]

/** A struct as an object: what each kernel has, and what later ones append. */
export type ValuesOf<Always extends Field, Later extends Field = never> = Record<
  Exclude<Always[0], NamesOf<Always, 'u64'>>,
  number
> &
  Record<NamesOf<Always, 'u64'>, bigint> &
  Partial<Record<Later[0], number>>

/** One field of many structs. Numbers of 64 bits are exact up to 2^53; those that mean "no limit" are 2^64. */
export type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array

interface Plan {
  fields: readonly Field[]
  blank: Readonly<Record<string, number | bigint>>
}

const sizes = { u8: 1, u16: 2, be16: 2, u32: 4, u64: 8 } as const

export const endOf = ([, offset, kind]: Field): number => offset + (typeof kind === 'string' ? sizes[kind] : 1)

/** A struct of the kernel's by its fields, and how to read it as an object. */
export class Layout<Always extends Field, Later extends Field = never> {
  /** The least bytes that it has. */
  readonly size: number
  readonly #what: string
  readonly #fields: readonly Field[]
  /** One plan a length: filling a copy of `blank` is several times faster than adding properties one by one. */
  readonly #plans = new Map<number, Plan>()

  constructor(what: string, always: readonly Always[], later: readonly Later[] = []) {
    this.#what = what
    this.#fields = [...always, ...later]
    this.size = Math.max(...always.map(endOf))
  }

  field(name: string): Field | undefined {
    return this.#fields.find(([known]) => known === name)
  }

  /** Throws an `ObjectError` unless the least bytes are there. */
  demand(view: DataView, at: number, length: number): void {
    if (length >= this.size && at + length <= view.byteLength) return
    const expected = `${this.size} bytes or more, but there are ${Math.min(length, view.byteLength - at)}`
    throw new ObjectError({ file: this.#what, path: '', expected })
  }

  /** Reads as many fields as `length` bytes have, and no more. */
  decode(view: DataView, at: number, length: number): ValuesOf<Always, Later> {
    this.demand(view, at, length)
    const { fields, blank } = this.#plan(length)
    const values = { ...blank }
    for (const [name, offset, kind] of fields) values[name] = readValue(view, at + offset, kind)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type is made of the rows of the same table
    return values as ValuesOf<Always, Later>
  }

  #plan(length: number): Plan {
    const known = this.#plans.get(length)
    if (known !== undefined) return known
    const fields = this.#fields.filter((field) => endOf(field) <= length)
    const blank = Object.fromEntries(fields.map(([name, , kind]) => [name, kind === 'u64' ? 0n : 0]))
    const plan = { fields, blank }
    this.#plans.set(length, plan)
    return plan
  }
}

function readValue(view: DataView, at: number, kind: Kind): number | bigint {
  switch (kind) {
    case 'u8':
      return view.getUint8(at)
    case 'u16':
      return view.getUint16(at, littleEndian)
    case 'be16':
      return view.getUint16(at)
    case 'u32':
      return view.getUint32(at, littleEndian)
    case 'u64':
      return view.getBigUint64(at, littleEndian)
    default:
      return bitsOf(view.getUint8(at), kind)
  }
}

/** Compilers fill a byte from its low end on little-endian machines and from its high end on the others. */
const bitsOf = (byte: number, { shift, width }: { shift: number; width: number }): number =>
  (byte >> (littleEndian ? shift : 8 - shift - width)) & ((1 << width) - 1)

/** Reads one field of the structs that lie at `places`; a place below zero has none, and zero in the column. */
export function columnOf(view: DataView, places: Int32Array, [, offset, kind]: Field): Column {
  switch (kind) {
    case 'u16':
    case 'be16':
      return fill(new Uint16Array(places.length), places, (at) => view.getUint16(at + offset, kind === 'u16' && littleEndian))
    case 'u32':
      return fill(new Uint32Array(places.length), places, (at) => view.getUint32(at + offset, littleEndian))
    case 'u64':
      return fill(new Float64Array(places.length), places, (at) => {
        const low = view.getUint32(at + offset + (littleEndian ? 0 : 4), littleEndian)
        return low + 0x1_0000_0000 * view.getUint32(at + offset + (littleEndian ? 4 : 0), littleEndian)
      })
    case 'u8':
      return fill(new Uint8Array(places.length), places, (at) => view.getUint8(at + offset))
    default:
      return fill(new Uint8Array(places.length), places, (at) => bitsOf(view.getUint8(at + offset), kind))
  }
}

function fill<C extends Column>(column: C, places: Int32Array, read: (at: number) => number): C {
  for (let row = 0; row < places.length; row += 1) {
    const at = places[row] ?? -1
    if (at >= 0) column[row] = read(at)
  }
  return column
}
