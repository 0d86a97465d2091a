/**
 * What is known of a register: a number (as u64), a place in a map's value that nobody can change, an address that is not
 * zero, or nothing.
 */
export type Known = bigint | { map: string; offset: number } | 'address' | undefined

const wrap = (value: bigint, wide: boolean): bigint => BigInt.asUintN(wide ? 64 : 32, value)
const signed = (value: bigint, wide: boolean): bigint => BigInt.asIntN(wide ? 64 : 32, value)

// ABI: the operation bits of arithmetic instructions, Documentation/bpf/standardization/instruction-set.rst.
type Operation = (left: bigint, right: bigint, wide: boolean) => bigint
const shift = (right: bigint, wide: boolean): bigint => right & (wide ? 63n : 31n)
const operations: Readonly<Record<number, Operation>> = {
  0x00: (left, right) => left + right,
  0x10: (left, right) => left - right,
  0x20: (left, right) => left * right,
  0x30: (left, right) => (right === 0n ? 0n : left / right),
  0x40: (left, right) => left | right,
  0x50: (left, right) => left & right,
  0x60: (left, right, wide) => left << shift(right, wide),
  0x70: (left, right, wide) => left >> shift(right, wide),
  0x80: (left) => -left,
  0x90: (left, right) => (right === 0n ? left : left % right),
  0xa0: (left, right) => left ^ right,
  0xc0: (left, right, wide) => signed(left, wide) >> shift(right, wide),
}
const moving = 0xb0

/**
 * What an arithmetic instruction leaves in its register. `offset` is not zero for the signed forms, which are not
 * computed.
 */
export function arithmetic(operation: number, left: Known, right: Known, { wide, offset }: { wide: boolean; offset: number }): Known {
  if (offset !== 0) return undefined
  if (operation === moving) return typeof right === 'bigint' ? wrap(right, wide) : wide ? right : undefined
  const compute = operations[operation]
  if (compute === undefined || typeof right !== 'bigint') return undefined
  if (typeof left === 'object' && wide && operation === 0) return { ...left, offset: left.offset + Number(signed(right, true)) }
  return typeof left === 'bigint' ? wrap(compute(wrap(left, wide), wrap(right, wide), wide), wide) : undefined
}

// ABI: the operation bits of jumps.
const comparisons: Readonly<Record<number, (left: bigint, right: bigint, wide: boolean) => boolean>> = {
  0x10: (left, right) => left === right,
  0x20: (left, right) => left > right,
  0x30: (left, right) => left >= right,
  0x40: (left, right) => (left & right) !== 0n,
  0x50: (left, right) => left !== right,
  0x60: (left, right, wide) => signed(left, wide) > signed(right, wide),
  0x70: (left, right, wide) => signed(left, wide) >= signed(right, wide),
  0xa0: (left, right) => left < right,
  0xb0: (left, right) => left <= right,
  0xc0: (left, right, wide) => signed(left, wide) < signed(right, wide),
  0xd0: (left, right, wide) => signed(left, wide) <= signed(right, wide),
}
const equal = 0x10
const unequal = 0x50

/** Whether a jump is taken; undefined when that is not known. */
export function isTaken(operation: number, left: Known, right: Known, wide: boolean): boolean | undefined {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return comparisons[operation]?.(wrap(left, wide), wrap(right, wide), wide)
  }
  if (left === undefined || typeof left === 'bigint' || right !== 0n || !wide) return undefined
  return operation === equal ? false : operation === unequal ? true : undefined
}

/** What is known where two ways meet. */
export function meet(left: Known, right: Known): Known {
  if (typeof left === 'object' && typeof right === 'object') {
    return left.map === right.map && left.offset === right.offset ? left : 'address'
  }
  return left === right ? left : undefined
}
