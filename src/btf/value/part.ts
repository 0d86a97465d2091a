/**
 * What a value in bytes is in JavaScript:
 *
 * | in C | here |
 * | --- | --- |
 * | integers of up to 32 bits | number |
 * | wider integers, and pointers | bigint |
 * | `bool` | boolean |
 * | `float`, `double` | number |
 * | an enum | the name of the value; a number (bigint for more than 32 bits) where the enum has none for it |
 * | an array of `char` | text up to the first zero byte |
 * | other arrays | an array |
 * | a struct, a data section | an object; members of anonymous structs and unions stand among its own |
 * | a union | an object with all members, each of which shows the same bytes |
 * | floats of other sizes | their bytes |
 */
export type BtfValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | readonly BtfValue[]
  | { readonly [member: string]: BtfValue }

/** How values of one type stand in bytes: made once a type, used for every value. */
export interface Part {
  /** Bytes, without what a flexible array at its end holds. */
  readonly size: number
  /** It ends in a flexible array, which takes whatever bytes there are up to `end`. */
  readonly flexible: boolean
  /** Of how many members it consists: a bound for hostile types that contain each other. */
  readonly weight: number
  read(view: DataView, at: number, end: number): BtfValue
  /** Writes into zeroed bytes. Throws a `Misfit`. */
  write(view: DataView, at: number, value: unknown): void
  /** The bytes of a value, with its flexible array. */
  sizeOf(value: unknown): number
}

/** A value that does not fit its type. It collects the way to it while it is thrown through the levels. */
export class Misfit extends Error {
  #path = ''

  get path(): string {
    return this.#path
  }

  under(step: string): this {
    this.#path = step + this.#path
    return this
  }
}

/** The same error with one more step in front of its path; other errors as they are. */
export const under = (error: unknown, step: string): unknown => (error instanceof Misfit ? error.under(step) : error)

/** A value for a message, short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `a text of ${value.length} characters` : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value)
}

export const fixed = (size: number, read: Part['read'], write: Part['write']): Part => ({
  size,
  flexible: false,
  weight: 1,
  read,
  write,
  sizeOf: () => size,
})
