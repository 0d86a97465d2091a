import { littleEndian } from '../netlink.ts'

/** Bytes of structs and attributes that queueing disciplines are told of, in the machine's order. */

export const u32s = (...values: readonly number[]): Uint8Array => written(4, values, (view, at, value) => view.setUint32(at, value, littleEndian))

export const u64 = (value: number): Uint8Array => written(8, [value], (view, at) => view.setBigUint64(at, BigInt(value), littleEndian))

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

export const most32 = 0xffff_ffff

/** A probability as the kernel compares it with a random u32. */
export const scaled = (probability: number): number => Math.round(probability * most32)

/** ns to µs: a time over 0 does not become 0, which would mean another thing or nothing. */
export const microseconds = (ns: number): number => (ns <= 0 ? 0 : Math.min(most32, Math.max(1, Math.round(ns / 1000))))

function written(size: number, values: readonly number[], set: (view: DataView, at: number, value: number) => void): Uint8Array {
  const bytes = new Uint8Array(size * values.length)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) set(view, index * size, value)
  return bytes
}
