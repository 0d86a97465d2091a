import { sizeOf } from '../btf/index.ts'
import { UsageError } from '../errors/index.ts'
import type { BpfObject, StructOpsSpec } from '../loader/index.ts'
import { nameIn } from './fields.ts'

/** The name under which a struct_ops variable will be registered; null where its struct has none. */
export const initialName = (object: BpfObject, spec: StructOpsSpec): string | null =>
  nameIn(object.btf, { type: spec.type, dataOffset: 0 }, spec.bytes)

/**
 * Changes a member of a struct_ops variable before it is loaded: a number for an integer, a text for a char array, the
 * name of a program, or null for none, for a function.
 */
export function setMember(
  object: BpfObject,
  spec: StructOpsSpec,
  name: string,
  value: number | bigint | string | null,
): void {
  const struct = object.btf.resolved(spec.type)
  const members = struct.kind === 'struct' ? struct.members : []
  const member = members.find((candidate) => candidate.name === name)
  const fail = (expected: string): never => {
    throw new UsageError(`${spec.name}.${name}: ${expected}`)
  }
  if (member === undefined)
    return fail(`there is no such member; there are ${members.map((other) => other.name).join(', ')}`)
  const type = object.btf.resolved(member.type)
  const size = sizeOf(object.btf, member.type)
  const at = member.bitOffset / 8
  if (at + size > spec.bytes.length)
    object.btf.fail(struct.id, `member "${name}" inside the struct's ${spec.bytes.length} bytes`)
  if (type.kind === 'ptr') {
    if (value !== null && !object.programs.some((program) => program.name === value)) {
      fail(`no program "${String(value)}" in ${object.file}`)
    }
    setProgram(object, spec, name, value === null ? null : String(value))
  } else if (type.kind === 'array' && typeof value === 'string') {
    const bytes = Buffer.from(value)
    if (bytes.length >= size) fail(`"${value}" is longer than the ${size - 1} bytes that it takes`)
    spec.bytes.fill(0, at, at + size).set(bytes, at)
  } else if (
    (type.kind === 'int' || type.kind === 'enum') &&
    (typeof value === 'number' || typeof value === 'bigint')
  ) {
    const wide = new DataView(new ArrayBuffer(8))
    wide.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true)
    const fits =
      size === 8 || (BigInt(value) < 1n << BigInt(size * 8) && BigInt(value) >= -(1n << BigInt(size * 8 - 1)))
    if (!fits) fail(`${value} does not fit in its ${size} bytes`)
    spec.bytes.set(new Uint8Array(wide.buffer, 0, size), at)
  } else {
    fail(`a value for ${type.kind}, not ${JSON.stringify(String(value))}`)
  }
}

/** A program that was taken out of its last place is not loaded any more. */
function setProgram(object: BpfObject, spec: StructOpsSpec, member: string, name: string | null): void {
  const before = spec.programs.get(member)
  if (name === null) spec.programs.delete(member)
  else spec.programs.set(member, name)
  const used = object.structOps.some(({ programs }) => [...programs.values()].some((program) => program === before))
  const program = used ? undefined : object.programs.find((candidate) => candidate.name === before)
  if (program !== undefined) program.autoload = false
}
