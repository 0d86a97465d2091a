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

  const members: MemberMatch[] = ours.members.map((member) => {
    const index = theirs.members.findIndex((candidate) => candidate.name === member.name)
    const other = theirs.members[index]
    return other === undefined
      ? matchMissing(local, member, theirs.members.map((candidate) => candidate.name))
      : matchMember(local, member, kernel, other, index)
  })
  for (const member of theirs.members) {
    if (names.has(member.name)) continue
    members.push({
      status: 'kernel-only',
      name: member.name,
      kernelOffset: member.bitOffset / 8,
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
  const localOffset = member.bitOffset / 8
  const size = sizeOf(local.btf, member.type)
  const bytes = local.bytes.subarray(localOffset, localOffset + size)
  const isSet = bytes.some((byte) => byte !== 0) || (program !== null && !local.optional.has(member.name))
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
  const localOffset = member.bitOffset / 8
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
    kernelOffset: other.bitOffset / 8,
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
  if (ours.kind === 'ptr' && theirs.kind === 'ptr') {
    const isFunction = kernel.btf.resolved(theirs.type).kind === 'func_proto'
    const program = local.programs.get(member.name)
    if (program === undefined || isFunction) return null
    return `program "${program}" is put into it, and the kernel's member is no function pointer`
  }
  const [size, kernelSize] = [sizeOf(local.btf, member.type), sizeOf(kernel.btf, other.type)]
  return size === kernelSize ? null : `its size is ${size} bytes here and ${kernelSize} in the kernel`
}

function structOf(btf: Btf, id: number) {
  const type = btf.resolved(id)
  return type.kind === 'struct' ? type : btf.fail(id, `a struct, not ${type.kind}`)
}
