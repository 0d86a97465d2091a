import { headWords, KIND, kindFlagOf } from '../kinds.ts'
import type { TypeReader } from './reader.ts'

export interface Member {
  /** The offset of its name in the strings. */
  name: number
  type: number
  /** From the start of the struct, bits. */
  bitOffset: number
  /** Of a bitfield, bits; 0 for an ordinary member. */
  bitSize: number
}

/** Calls `visit` for each member of a struct or union, always with the same object. */
export function eachMember(types: TypeReader, id: number, visit: (member: Member) => void): void {
  const { words } = types
  const start = types.start(id)
  const flag = kindFlagOf(words[start + 1] ?? 0)
  const first = start + headWords
  const end = first + types.count(id) * 3
  const member: Member = { name: 0, type: 0, bitOffset: 0, bitSize: 0 }
  for (let word = first; word < end; word += 3) {
    // ABI: with kind_flag a member's offset word holds the size of the bitfield in its top byte.
    const place = words[word + 2] ?? 0
    member.name = words[word] ?? 0
    member.type = words[word + 1] ?? 0
    member.bitOffset = flag ? place & 0xff_ffff : place
    member.bitSize = flag ? place >>> 24 : 0
    if (types.hasOldBitfields && member.bitSize === 0) readOldBitfield(types, member)
    visit(member)
  }
}

/** Old BTF says only by the integer's own bits that a member is a bitfield. */
function readOldBitfield(types: TypeReader, member: Member): void {
  let at = member.type
  for (let steps = 0; steps < longestChain; steps += 1) {
    switch (types.kind(at)) {
      case KIND.TYPEDEF:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        at = types.third(at)
        break
      case KIND.INT:
        if (!types.isPartial(at)) return
        member.bitSize = types.encoding(at) & 0xff
        member.bitOffset += (types.encoding(at) >>> 16) & 0xff
        return
      default:
        return
    }
  }
}

const longestChain = 64
