import type { Field, Fields } from './fields.ts'
import type { Random } from './random.ts'

/** One change of a file, of which several are made one after the other. */
export type Edit =
  | { kind: 'set'; what: string; at: number; width: Field['width']; value: number }
  | { kind: 'bytes'; what: string; at: number; bytes: Uint8Array }
  | { kind: 'cut'; what: string; length: number }

const mostEdits = 6

/** Changes for a file with these fields: mostly one or two, of fields by what they mean, sometimes of any bits. */
export function edits(random: Random, bytes: Uint8Array, fields: Fields): Edit[] {
  const count = random.once(3) ? 1 + random.below(mostEdits) : 1
  return Array.from({ length: count }, () => edit(random, bytes, fields))
}

function edit(random: Random, bytes: Uint8Array, fields: Fields): Edit {
  const at = random.below(bytes.length)
  switch (random.below(24)) {
    case 0:
      return { kind: 'cut', what: 'cut short', length: at }
    case 1:
      return { kind: 'bytes', what: 'a bit flipped', at, bytes: Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))) }
    case 2:
      return { kind: 'bytes', what: 'random bytes', at, bytes: random.bytes(1 + random.below(16)) }
    case 3: {
      const from = random.below(bytes.length)
      return { kind: 'bytes', what: `a copy of what stands at ${from}`, at, bytes: bytes.slice(from, from + 1 + random.below(64)) }
    }
    default:
      return fieldEdit(random, bytes, fields)
  }
}

function fieldEdit(random: Random, bytes: Uint8Array, fields: Fields): Edit {
  const alike = fields.get(random.pick([...fields.keys()])) ?? []
  const { what, at, width } = random.pick(alike)
  const old = read(bytes, { at, width })
  return { kind: 'set', what, at, width, value: newValue(random, old, () => read(bytes, random.pick(alike))) }
}

function newValue(random: Random, old: number, other: () => number): number {
  switch (random.below(8)) {
    case 0:
      return old + 1
    case 1:
      return old - 1
    case 2:
      return (old ^ (1 << random.below(32))) >>> 0
    case 3:
    case 4:
      return other()
    case 5:
      return old + random.below(64) - 32
    default:
      return random.number()
  }
}

function read(bytes: Uint8Array, { at, width }: Pick<Field, 'at' | 'width'>): number {
  let value = 0
  for (let byte = Math.min(width, 4) - 1; byte >= 0; byte -= 1) value = value * 256 + (bytes[at + byte] ?? 0)
  return value
}

/** A copy with the changes made. Those beyond the end of what was cut are left out. */
export function edited(bytes: Uint8Array, changes: readonly Edit[]): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(bytes)
  for (const change of changes) {
    if (change.kind === 'cut') out = out.slice(0, change.length)
    else if (change.kind === 'bytes') for (const [at, byte] of change.bytes.entries()) out[change.at + at] = byte
    // The upper half of a field of 64 bits is left as it was, but for a negative value, which fills it.
    else for (let at = 0; at < change.width; at += 1) if (at < 4 || change.value < 0) out[change.at + at] = at < 4 ? change.value >>> (at * 8) : 0xff
  }
  return out
}

export const describe = (change: Edit): string => {
  switch (change.kind) {
    case 'set':
      return `${change.what} at ${change.at}: ${change.value}`
    case 'bytes':
      return `${change.what} at ${change.at}: ${Buffer.from(change.bytes).toString('hex')}`
    case 'cut':
      return `cut short after ${change.length} bytes`
  }
}
