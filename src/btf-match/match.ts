import { type Btf, type BtfMember, declaration, isBitfield, sizeOf } from '../btf/index.ts'
import type { KernelStruct } from './kernel-struct.ts'
import { nearestName } from './nearest.ts'
import type { MatchReport, MemberMatch } from './report.ts'
import { signatureDifference } from './signature.ts'

/** A struct_ops variable of an object. */
export interface StructToMatch {
  /** The variable's name. */
  map: string
  btf: Btf
  /** Id of its struct. */
  type: number
  /** Its initial value. */
  bytes: Uint8Array
  /** The programs that fill its function members, by the member's name. */
  programs: ReadonlyMap<string, string>
  /** Members that the kernel may lack although a program fills them: they are skipped and the program left out. */
  optional: ReadonlySet<string>
}

/**
 * Compares the object's struct with the kernel's, member by member: by name, kind and size. Order and offsets are free,
 * so an object fits kernels whose struct has grown or was laid out anew.
 */
export function matchStruct(local: StructToMatch, kernel: KernelStruct): MatchReport {
  const ours = structOf(local.btf, local.type)
  const theirs = structOf(kernel.btf, kernel.type)
  const names = new Set(ours.members.map((member) => member.name))
  const kernelNames = theirs.members.map((member) => member.name)
  // Of a name that comes twice, as that of anonymous members does, the first place counts.
  const places = new Map(theirs.members.map((other, index) => [other.name, { other, index }] as const).toReversed())

  const members: MemberMatch[] = ours.members.map((member) => {
    const place = places.get(member.name)
    return place === undefined
      ? matchMissing(local, member, kernelNames)
      : matchMember(local, member, kernel, place.other, place.index)
  })
  for (const member of theirs.members) {
    if (names.has(member.name)) continue
    members.push({
      status: 'kernel-only',
      name: member.name,
      kernelOffset: byteOffset(member),
      size: sizeOf(kernel.btf, member.type),
      declaration: declaration(kernel.btf, member.type, member.name),
    })
  }
  return {
    map: local.map,
    struct: kernel.name,
    localSize: ours.size,
    kernelSize: theirs.size,
    members,
    compatible: members.every((member) => member.status !== 'mismatch'),
  }
}

/**
 * The kernel does not have the member: that is fine as long as nothing was put into it. libbpf also passes over a
 * program put there; an algorithm without one of its functions is another algorithm, so here that has to be said.
 */
function matchMissing(local: StructToMatch, member: BtfMember, kernelNames: readonly string[]): MemberMatch {
  const program = local.programs.get(member.name) ?? null
  const localOffset = byteOffset(member)
  const isSet = holdsValue(local, member) || (program !== null && !local.optional.has(member.name))
  const nearest = nearestName(member.name, kernelNames)
  const text = declaration(local.btf, member.type, member.name)
  if (!isSet) {
    return { status: 'skipped', name: member.name, localOffset, declaration: text, program, nearest }
  }
  return {
    status: 'mismatch',
    name: member.name,
    localOffset,
    local: text,
    kernel: null,
    reason: `the kernel's struct has no member "${member.name}", and here it is set${program === null ? '' : ` to program "${program}"`}`,
    nearest,
  }
}

function matchMember(
  local: StructToMatch,
  member: BtfMember,
  kernel: KernelStruct,
  other: BtfMember,
  kernelIndex: number,
): MemberMatch {
  const program = local.programs.get(member.name) ?? null
  const localOffset = byteOffset(member)
  const reason = difference(local, member, kernel, other)
  if (reason !== null) {
    return {
      status: 'mismatch',
      name: member.name,
      localOffset,
      local: declaration(local.btf, member.type, member.name),
      kernel: declaration(kernel.btf, other.type, other.name),
      reason,
      nearest: null,
    }
  }
  const type = kernel.btf.resolved(other.type)
  return {
    status: 'matched',
    name: member.name,
    kind: type.kind,
    size: sizeOf(kernel.btf, other.type),
    localOffset,
    kernelOffset: byteOffset(other),
    kernelIndex,
    declaration: declaration(kernel.btf, other.type, other.name),
    program,
    warning: signatureDifference({ btf: local.btf, id: member.type }, { btf: kernel.btf, id: other.type }),
  }
}

/** Why a member cannot take the place of the kernel's of the same name, or null. */
function difference(local: StructToMatch, member: BtfMember, kernel: KernelStruct, other: BtfMember): string | null {
  const bitfields = [isBitfield(local.btf, member) && 'here', isBitfield(kernel.btf, other) && 'in the kernel']
  const where = bitfields.filter((place) => place !== false)
  if (where.length > 0) return `it is a bitfield ${where.join(' and ')}, and bitfields cannot be set`

  const ours = local.btf.resolved(member.type)
  const theirs = kernel.btf.resolved(other.type)
  if (ours.kind !== theirs.kind) return `its kind is ${ours.kind} here and ${theirs.kind} in the kernel`
  const program = local.programs.get(member.name)
  if (program !== undefined) {
    const isFunction = theirs.kind === 'ptr' && kernel.btf.resolved(theirs.type).kind === 'func_proto'
    return isFunction ? null : `program "${program}" is put into it, and the kernel's member is no function pointer`
  }
  if (ours.kind === 'ptr') {
    return holdsValue(local, member) ? 'it is a pointer and set to a number, which would mean nothing in the kernel' : null
  }
  const [size, kernelSize] = [sizeOf(local.btf, member.type), sizeOf(kernel.btf, other.type)]
  return size === kernelSize ? null : `its size is ${size} bytes here and ${kernelSize} in the kernel`
}

const byteOffset = (member: BtfMember): number => Math.floor(member.bitOffset / 8)

/** Whether anything but zeros stands in a member. */
function holdsValue({ btf, bytes }: StructToMatch, member: BtfMember): boolean {
  const start = byteOffset(member)
  if (member.bitSize === 0) return bytes.subarray(start, start + sizeOf(btf, member.type)).some((byte) => byte !== 0)
  // Of a bitfield only its own bits: its neighbours share its bytes.
  const bits = Array.from({ length: member.bitSize }, (_, index) => member.bitOffset + index)
  return bits.some((bit) => ((bytes[bit >> 3] ?? 0) & (1 << (btf.littleEndian ? bit & 7 : 7 - (bit & 7)))) !== 0)
}

function structOf(btf: Btf, id: number) {
  const type = btf.resolved(id)
  return type.kind === 'struct' ? type : btf.fail(id, `a struct, not ${type.kind}`)
}
