import { UsageError } from '../errors/index.ts'
import { type BpfObject, placeOf, type StructOpsSpec, valueFromText, writePlace } from '../loader/index.ts'
import { nearestName } from '../btf-match/index.ts'
import { findField, nameIn } from './fields.ts'

/** The name under which a struct_ops variable will be registered; null where its struct has none. */
export const initialName = (object: BpfObject, spec: StructOpsSpec): string | null =>
  nameIn(object.btf, { type: spec.type, dataOffset: 0 }, spec.bytes)

// ABI: TCP_CONG_NEEDS_ECN, net/tcp.h.
const flagNeedsEcn = 2

/** Whether connections of a congestion control ask for ECN whatever the machine's settings are. */
export function needsEcn({ btf, elf }: BpfObject, spec: StructOpsSpec): boolean {
  const field = findField(btf, spec.type, 'flags')
  if (field === undefined) return false
  const lowest = spec.bytes[field.offset + (elf.littleEndian ? 0 : field.size - 1)] ?? 0
  return (lowest & flagNeedsEcn) !== 0
}

type Value = number | bigint | boolean | string | null

/**
 * Changes a member of a struct_ops variable before it is loaded, or a part of one, such as `limits[2]`: a number for an
 * integer, a text for a char array, the name of a program, or null for none, for a function.
 */
export function setMember(
  object: BpfObject,
  spec: StructOpsSpec,
  path: string,
  value: Value,
): void {
  const place = placeOf(object.btf, spec.type, spec.name, `.${path}`)
  if (isPointer(object, place.type)) return setProgram(object, spec, path, value)
  checkName(object, spec, path, value)
  writePlace(object.btf, spec.bytes, place, value, object.elf.littleEndian)
}

/** The same with a value as a person writes it: see `valueFromText`; `null` or `none` for no program. */
export function setMemberFromText(object: BpfObject, spec: StructOpsSpec, path: string, text: string): void {
  const place = placeOf(object.btf, spec.type, spec.name, `.${path}`)
  if (isPointer(object, place.type)) return setProgram(object, spec, path, text === 'null' || text === 'none' ? null : text)
  checkName(object, spec, path, text)
  writePlace(object.btf, spec.bytes, place, valueFromText(object.btf, place, text), object.elf.littleEndian)
}

const isPointer = ({ btf }: BpfObject, type: number): boolean => btf.resolved(type).kind === 'ptr'

/** Texts in a struct_ops struct end with a zero. */
function checkName({ btf }: BpfObject, spec: StructOpsSpec, path: string, value: unknown): void {
  const { name, type } = placeOf(btf, spec.type, spec.name, `.${path}`)
  const array = btf.resolved(type)
  if (array.kind !== 'array' || typeof value !== 'string' || Buffer.byteLength(value) < array.length) return
  throw new UsageError(`${name}: "${value}" is longer than the ${array.length - 1} bytes that it takes`)
}

/** A program that was taken out of its last place is not loaded any more. */
function setProgram(object: BpfObject, spec: StructOpsSpec, member: string, value: Value): void {
  if (/[.[]/.test(member)) throw new UsageError(`${spec.name}.${member}: programs stand in the struct itself`)
  const names = object.programs.map((program) => program.name)
  if (value !== null && !names.includes(String(value))) {
    const nearest = nearestName(String(value), names)
    throw new UsageError(`${spec.name}.${member}: no program "${String(value)}" in ${object.file}`, {
      hint: nearest === null ? '' : `did you mean "${nearest}"?`,
    })
  }
  const before = spec.programs.get(member)
  if (value === null) spec.programs.delete(member)
  else spec.programs.set(member, String(value))
  const used = object.structOps.some(({ programs }) => [...programs.values()].some((program) => program === before))
  const program = used ? undefined : object.programs.find((candidate) => candidate.name === before)
  if (program !== undefined) program.autoload = false
}
