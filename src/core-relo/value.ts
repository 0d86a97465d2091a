import { type Btf, type BtfMember, sizeOf } from '../btf/index.ts'
import { CORE, type CoreKind, isEnumeratorKind, isFieldKind } from './kinds.ts'
import type { Spec } from './spec.ts'

/** What a relocation comes to on one side, the object's or the kernel's. */
export interface Value {
  value: bigint
  /** The memory that a load or store of the field touches, where that is known. */
  access: { size: number; btf: Btf; type: number } | null
  /** Whether the compiler's own value must be what this computes: not for bitfields, which it may read in its own way. */
  certain: boolean
}

const plain = (value: bigint | number | boolean, certain = true): Value => ({ value: BigInt(value), access: null, certain })

/**
 * Computes a relocation's value. `spec` is null when the kernel has nothing of the kind; the result is null when there
 * is then no value, so that the instruction must not run.
 */
export function valueOf(spec: Spec | null, kind: CoreKind): Value | null {
  if (isFieldKind(kind)) return fieldValue(spec, kind)
  if (isEnumeratorKind(kind)) return enumeratorValue(spec, kind)
  if (spec === null) return plain(0)
  switch (kind) {
    case CORE.TYPE_ID_LOCAL:
    case CORE.TYPE_ID_TARGET:
      return plain(spec.root, false)
    case CORE.TYPE_SIZE:
      return plain(sizeOf(spec.btf, spec.root))
    default:
      return plain(1)
  }
}

function enumeratorValue(spec: Spec | null, kind: CoreKind): Value | null {
  if (kind === CORE.ENUMVAL_EXISTS) return plain(spec !== null)
  if (spec === null) return null
  const type = spec.btf.resolved(spec.root)
  const index = spec.steps[0]?.index ?? 0
  const value = type.kind === 'enum' || type.kind === 'enum64' ? type.values[index]?.value : undefined
  return plain(value ?? spec.btf.fail(spec.root, `an enumerator ${index}`))
}

/**
 * An enumerator of the kernel as the object's enum would hold it. BTF made before Linux 6.0 does not say which enums are
 * signed, so that -1 reads as 4294967295; the object's own says it.
 */
export function withSignOf(local: Spec, found: Spec, value: bigint): bigint {
  const ours = local.btf.resolved(local.root)
  const isSigned = (ours.kind === 'enum' || ours.kind === 'enum64') && ours.signed
  return isSigned && found.btf.resolved(found.root).kind === 'enum' ? BigInt.asIntN(32, value) : value
}

function fieldValue(spec: Spec | null, kind: CoreKind): Value | null {
  if (kind === CORE.FIELD_EXISTS) return plain(spec !== null)
  if (spec === null) return null
  const { btf } = spec
  const last = spec.steps.at(-1)
  if (last === undefined) return btf.fail(spec.root, 'an access of at least one step')
  if (!Number.isSafeInteger(spec.bitOffset)) return btf.fail(spec.root, 'a field at an offset that a kernel can have')
  if (last.name === null) {
    if (kind === CORE.FIELD_BYTE_OFFSET) {
      return { value: BigInt(Math.floor(spec.bitOffset / 8)), access: accessOf(btf, last.type), certain: true }
    }
    if (kind === CORE.FIELD_BYTE_SIZE) return plain(sizeOf(btf, last.type))
    return btf.fail(last.type, 'a member of a struct: an element of an array has neither sign nor shifts')
  }

  const owner = btf.resolved(last.type)
  const member = owner.kind === 'struct' || owner.kind === 'union' ? owner.members[last.index] : undefined
  if (member === undefined) return btf.fail(last.type, `a member ${last.index}`)
  const field = locate(btf, member, spec.bitOffset)
  switch (kind) {
    case CORE.FIELD_BYTE_OFFSET:
      return { value: BigInt(field.offset), access: field.bitfield ? null : accessOf(btf, member.type), certain: !field.bitfield }
    case CORE.FIELD_BYTE_SIZE:
      return plain(field.size, !field.bitfield)
    case CORE.FIELD_SIGNED:
      return plain(isSignedField(btf, member))
    case CORE.FIELD_LSHIFT_U64: {
      const inWord = spec.bitOffset - field.offset * 8
      const shift = btf.littleEndian ? 64 - (inWord + field.bits) : (8 - field.size) * 8 + inWord
      return plain(shift, !field.bitfield)
    }
    default:
      return plain(64 - field.bits)
  }
}

interface Field {
  /** Of the memory to load, bytes from the start of the root. */
  offset: number
  size: number
  bits: number
  bitfield: boolean
}

/** The memory to load for a member: for a bitfield the smallest aligned integer that holds all of it. */
function locate(btf: Btf, member: BtfMember, bitOffset: number): Field {
  let size = sizeOf(btf, member.type)
  if (member.bitSize === 0) return { offset: Math.floor(bitOffset / 8), size, bits: size * 8, bitfield: false }
  if (size === 0) return btf.fail(member.type, `a type with bytes to hold the bitfield "${member.name}"`)
  const alignedTo = (width: number) => Math.floor(bitOffset / 8 / width) * width
  while (bitOffset + member.bitSize - alignedTo(size) * 8 > size * 8) {
    if (size >= 8) btf.fail(member.type, `a bitfield "${member.name}" that fits in 8 aligned bytes`)
    size *= 2
  }
  return { offset: alignedTo(size), size, bits: member.bitSize, bitfield: true }
}

function isSignedField(btf: Btf, member: BtfMember): boolean {
  const type = btf.resolved(member.type)
  return (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') && type.signed
}

/** A load or store reads one element, so of an array it is the element's size that counts. */
function accessOf(btf: Btf, id: number): { size: number; btf: Btf; type: number } {
  // It also sees to it that arrays of arrays end.
  sizeOf(btf, id)
  let element = btf.resolve(id)
  for (let type = btf.type(element); type.kind === 'array'; type = btf.type(element)) element = btf.resolve(type.element)
  return { size: sizeOf(btf, element), btf, type: btf.resolve(id) }
}
