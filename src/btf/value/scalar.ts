import type { BtfEnumerator } from '../types.ts'
import { type BtfValue, fixed, Misfit, type Part, shown } from './part.ts'
import { type Raw, rawBits, rawBytes } from './raw.ts'

/** What the bits of an integer mean. */
export interface Scalar {
  readonly size: number
  /** Where its bits stand in its bytes: old BTF says bitfields so. */
  readonly bitOffset: number
  readonly bits: number
  readonly signed: boolean
  /** Values are bigints. */
  readonly big: boolean
  /** Undefined where the bits are the value. */
  readonly decode: ((raw: number | bigint) => BtfValue) | undefined
  readonly encode: (value: unknown) => number | bigint
}

type Width = Omit<Scalar, 'decode' | 'encode'>

/** How wide integers may be that are numbers here, bytes. */
const widestNumber = 4

const widthOf = (type: { size: number; signed: boolean; bits?: number; bitOffset?: number }): Width => ({
  size: type.size,
  bitOffset: type.bitOffset ?? 0,
  bits: type.bits ?? type.size * 8,
  signed: type.signed,
  big: type.size > widestNumber,
})

export function integer(type: { size: number; signed: boolean; bits?: number; bitOffset?: number }): Scalar {
  const width = widthOf(type)
  return { ...width, decode: undefined, encode: (value) => inRange(value, width) }
}

/** Every number but zero is true. */
export const boolean = (type: { size: number; bits: number; bitOffset: number }): Scalar => ({
  ...widthOf({ ...type, signed: false }),
  decode: (raw) => Number(raw) !== 0,
  encode(value) {
    if (typeof value === 'boolean' || value === 0 || value === 1) return Number(value)
    throw new Misfit(`true or false, not ${shown(value)}`)
  },
})

export function enumeration(type: { size: number; signed: boolean; values: readonly BtfEnumerator[] }): Scalar {
  const width = widthOf(type)
  const numbers = new Map(type.values.map(({ name, value }) => [name, width.big ? value : Number(value)]))
  // Where two names have one value, the first is told.
  const names = new Map([...numbers].toReversed().map(([name, value]) => [value, name]))
  return {
    ...width,
    decode: (raw) => names.get(raw) ?? raw,
    encode(value) {
      if (typeof value !== 'string') return inRange(value, width)
      const number = numbers.get(value)
      if (number === undefined) throw new Misfit(`one of ${[...numbers.keys()].join(', ')}, not ${shown(value)}`)
      return number
    },
  }
}

/** A scalar in bytes of its own. */
export function plain(scalar: Scalar, littleEndian: boolean): Part {
  const { size, bits, bitOffset } = scalar
  const shape = { signed: scalar.signed, big: scalar.big, littleEndian }
  return part(scalar, size, bits === size * 8 ? rawBytes(size, shape) : rawBits(bitOffset, bits, shape))
}

/** A scalar in some bits of a struct, counted from the struct's start. */
export function bitfield(scalar: Scalar, bitOffset: number, bitSize: number, littleEndian: boolean): Part {
  const bits = bitSize === 0 ? scalar.bits : bitSize
  const narrow = { ...scalar, bits }
  const { encode } = scalar
  const shape = { signed: scalar.signed, big: scalar.big, littleEndian }
  const first = bitOffset + scalar.bitOffset
  const size = Math.ceil((first + bits) / 8)
  return part({ ...narrow, encode: (value) => inRange(encode(value), narrow) }, size, rawBits(first, bits, shape))
}

function part({ decode, encode }: Scalar, size: number, raw: Raw): Part {
  return fixed(
    size,
    decode === undefined ? (view, at) => raw.read(view, at) : (view, at) => decode(raw.read(view, at)),
    (view, at, value) => raw.write(view, at, encode(value)),
  )
}

function inRange(value: unknown, { bits, signed, big }: Width): number | bigint {
  if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isInteger(value))) {
    throw new Misfit(`an integer${big ? ', as a bigint' : ''}, not ${shown(value)}`)
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new Misfit(`a bigint, since ${value} is a number that was rounded`)
  }
  const wide = BigInt(value)
  const fits = signed ? BigInt.asIntN(bits, wide) === wide : BigInt.asUintN(bits, wide) === wide
  if (!fits) throw new Misfit(`an integer of ${bits} bits ${signed ? 'with' : 'without'} a sign, which ${value} is not`)
  return value
}

export function float(size: 4 | 8, littleEndian: boolean): Part {
  const numberOf = (value: unknown): number => {
    if (typeof value === 'number') return value
    throw new Misfit(`a number, not ${shown(value)}`)
  }
  return size === 4
    ? fixed(
        size,
        (view, at) => view.getFloat32(at, littleEndian),
        (view, at, value) => view.setFloat32(at, numberOf(value), littleEndian),
      )
    : fixed(
        size,
        (view, at) => view.getFloat64(at, littleEndian),
        (view, at, value) => view.setFloat64(at, numberOf(value), littleEndian),
      )
}

/** What has no other form here. */
export const opaque = (size: number): Part =>
  fixed(
    size,
    (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, size).slice(),
    (view, at, value) => {
      if (!(value instanceof Uint8Array) || value.length !== size) throw new Misfit(`${size} bytes, not ${shown(value)}`)
      new Uint8Array(view.buffer, view.byteOffset + at, size).set(value)
    },
  )
