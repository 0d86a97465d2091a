/** Types for unnamed bitfields, widest first, bits. Their widths are those of x86-64 and of BPF. */
const types = [
  { name: 'long', bits: 64 },
  { name: 'int', bits: 32 },
  { name: 'short', bits: 16 },
  { name: 'char', bits: 8 },
] as const

export interface Gap {
  /** Bits from the start of the struct. */
  from: number
  to: number
  /** What the compiler aligns the next member to by itself, bits. */
  align: number
  /** A bitfield stands on both sides, so that the compiler aligns nothing. */
  betweenBitfields: boolean
}

const upTo = (offset: number, align: number): number => Math.ceil(offset / align) * align

/**
 * The unnamed bitfields, such as `long: 64`, that move the next member to the end of a gap: as few as will do, and none
 * where the compiler leaves the gap by itself. `long: 0` only aligns.
 */
export function padding({ from, to, align, betweenBitfields }: Gap): string[] {
  if (from >= to) return []
  const lines: string[] = []
  const widest = types.find(({ bits }) => upTo(from, bits) <= to)
  const aligned = widest === undefined ? from : upTo(from, widest.bits)
  if (widest !== undefined && aligned > from) {
    const restIsSwallowed = aligned < to && to - aligned <= aligned - from
    const comesByItself = aligned < to || upTo(from, align) === aligned
    if (betweenBitfields) lines.push(`${widest.name}: ${aligned - from}`)
    else if (restIsSwallowed || !comesByItself) lines.push(`${widest.name}: 0`)
  }
  const unit = widest?.bits ?? 8
  const whole = Math.floor((to - aligned) / unit)
  for (let count = 0; count < whole; count += 1) lines.push(`${widest?.name ?? 'char'}: ${unit}`)
  const rest = to - aligned - whole * unit
  const narrowest = types.findLast(({ bits }) => bits >= rest)
  if (rest > 0) lines.push(`${narrowest?.name ?? 'long'}: ${rest}`)
  return lines
}
