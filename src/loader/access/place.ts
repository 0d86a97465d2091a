import { type Btf, type BtfMember, codecOf, isBitfield, sizeOf } from '../../btf/index.ts'
import { nearestName } from '../../btf-match/index.ts'
import { UsageError } from '../../errors/index.ts'

/** A part of a value, as a path leads to it. */
export interface Place {
  /** As a person wrote it, for messages: `tuning.steps[2]`. */
  readonly name: string
  readonly type: number
  /** From the start of the whole value, bytes. */
  readonly offset: number
  /** Of a bitfield: from the start of the struct that has it, whose place `offset` is. */
  readonly bits: { readonly struct: number; readonly member: string; readonly size: number } | null
}

const step = /\.([A-Za-z_]\w*)|\[(\d+)\]/y
/** More than any real type is deep. */
const longestPath = 64

/** Finds a part of a value of `type` by a path such as `.inner.steps[2]`; an empty one is the value itself. */
export function placeOf(btf: Btf, type: number, name: string, path: string): Place {
  let place: Place = { name, type, offset: 0, bits: null }
  step.lastIndex = 0
  for (let at = 0, steps = 0; at < path.length; steps += 1) {
    const [text, member, index] = step.exec(path) ?? []
    if (text === undefined || steps === longestPath) {
      throw new UsageError(`${name}${path}: a path is like "a.b[2].c", and "${path.slice(at)}" is not`)
    }
    place = member === undefined ? elementOf(btf, place, Number(index)) : memberOf(btf, place, member)
    at += text.length
  }
  return place
}

function elementOf(btf: Btf, place: Place, index: number): Place {
  const type = btf.resolved(place.type)
  if (type.kind !== 'array') throw new UsageError(`${place.name} is no array but ${described(type.kind)}`)
  const name = `${place.name}[${index}]`
  if (index >= type.length) throw new UsageError(`${name}: the array has ${type.length} elements, counted from 0`)
  return { name, type: type.element, offset: place.offset + index * sizeOf(btf, type.element), bits: null }
}

function memberOf(btf: Btf, place: Place, member: string): Place {
  const type = btf.resolved(place.type)
  if (type.kind !== 'struct' && type.kind !== 'union') {
    throw new UsageError(`${place.name}.${member}: ${place.name} is no struct but ${described(type.kind)}`)
  }
  const members = membersOf(btf, type.members, type.id, place.offset)
  const found = members.find((candidate) => candidate.member.name === member)
  if (found !== undefined) {
    const name = `${place.name}.${member}`
    const bits = isBitfield(btf, found.member) ? { struct: found.struct, member, size: found.member.bitSize } : null
    return { name, type: found.member.type, offset: bits === null ? found.base + found.member.bitOffset / 8 : found.base, bits }
  }
  const names = members.map((candidate) => candidate.member.name)
  const nearest = nearestName(member, names)
  throw new UsageError(`${place.name}.${member}: there is no such member; there are ${names.join(', ')}`, {
    hint: nearest === null ? '' : `did you mean "${place.name}.${nearest}"?`,
  })
}

interface Found {
  member: BtfMember
  /** The struct that has it, an anonymous one perhaps, and where that begins. */
  struct: number
  base: number
}

/** Those of anonymous structs and unions stand among the others, as in C. */
function membersOf(btf: Btf, members: readonly BtfMember[], struct: number, base: number, depth = 0): Found[] {
  return members.flatMap((member): Found[] => {
    if (member.name !== '') return [{ member, struct, base }]
    const inner = btf.resolved(member.type)
    if ((inner.kind !== 'struct' && inner.kind !== 'union') || depth === longestPath) return []
    return membersOf(btf, inner.members, inner.id, base + member.bitOffset / 8, depth + 1)
  })
}

const described = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`)

/** Writes a part of a value. Throws a `UsageError` that names the place of what does not fit. */
export function writePlace(btf: Btf, bytes: Uint8Array, place: Place, value: unknown, littleEndian: boolean): void {
  const { bits, name, offset, type } = place
  if (bits === null) {
    const encoded = codecOf(btf, type, littleEndian).encode(value, name)
    if (offset + encoded.length > bytes.length) btf.fail(type, `"${name}" inside its ${bytes.length} bytes`)
    bytes.set(encoded, offset)
    return
  }
  // A bitfield shares its bytes with others, so the whole struct is read and written.
  const codec = codecOf(btf, bits.struct, littleEndian)
  const before = codec.decode(bytes.subarray(offset, offset + codec.size))
  if (typeof before !== 'object') throw new Error(`"${name}" is in no struct`)
  bytes.set(codec.encode(Object.assign({}, before, { [bits.member]: value }), name), offset)
}
