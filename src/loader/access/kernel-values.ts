import { UsageError } from '../../errors/index.ts'
import type { Handle } from '../target/handle.ts'
import { type Codec, index, orHandle } from './codec.ts'

/** A device, or the length of a CPU's queue, and the program that runs there: a handle going in, its id coming out. */
export interface RedirectTarget {
  ifindex?: number
  qsize?: number
  program?: number | Handle
}

const program = orHandle(index)

/** ABI: struct bpf_devmap_val and struct bpf_cpumap_val, linux/bpf.h: a u32 and the descriptor or id of a program. */
export const redirectTarget = (field: 'ifindex' | 'qsize'): Codec => ({
  size: 8,
  decodeAt: (view, at) => ({ [field]: view.getUint32(at, true), program: view.getUint32(at + 4, true) }),
  encode(value, name) {
    const { [field]: first, program: second = 0 } = isObject(value) ? value : {}
    if (first === undefined) throw new UsageError(`${name}: expected { ${field}, program }`)
    const bytes = new Uint8Array(8)
    bytes.set(index.encode(first, `${name}.${field}`))
    bytes.set(program.encode(second, `${name}.program`), 4)
    return bytes
  },
})

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Addresses of a stack, the innermost first, as many as there are. */
export const stackOf = (size: number): Codec => ({
  size,
  decodeAt(view, at) {
    const addresses = Array.from({ length: size / 8 }, (_, frame) => view.getBigUint64(at + frame * 8, true))
    const end = addresses.indexOf(0n)
    return end < 0 ? addresses : addresses.slice(0, end)
  },
  encode(_, name) {
    throw new UsageError(`${name}: only programs take stacks`)
  },
})

/** What the kernel numbers with 64 bits, as the cookie of a socket. */
export const longNumber: Codec = {
  size: 8,
  decodeAt: (view, at) => view.getBigUint64(at, true),
  encode(value, name) {
    if (typeof value !== 'bigint' && typeof value !== 'number') throw new UsageError(`${name}: expected a number, not ${String(value)}`)
    return new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(value))).buffer)
  },
}
