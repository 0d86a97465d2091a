import { zeroTerminated } from '../bytes/index.ts'
import { type Btf, sizeOf } from '../btf/index.ts'

/** A member of a struct, found by name: where it stands in the struct, bytes. */
export interface Field {
  name: string
  offset: number
  size: number
  type: number
}

const known = new WeakMap<Btf, Map<number, readonly Field[]>>()

/** The members of a struct. Those of one that was asked for before are kept: who watches asks again and again. */
export function fieldsOf(btf: Btf, id: number): readonly Field[] {
  const structs = known.get(btf) ?? new Map<number, readonly Field[]>()
  known.set(btf, structs)
  const fields = structs.get(id) ?? readFields(btf, id)
  structs.set(id, fields)
  return fields
}

function readFields(btf: Btf, id: number): Field[] {
  const type = btf.resolved(id)
  if (type.kind !== 'struct' && type.kind !== 'union') return []
  return type.members.map((member) => ({
    name: member.name,
    offset: member.bitOffset / 8,
    size: sizeOf(btf, member.type),
    type: member.type,
  }))
}

/**
 * Finds a field by a path of names. A name may be missing in between: `common.state` is `state` on kernels whose value
 * struct has no `common`.
 */
export function findField(btf: Btf, id: number, ...names: readonly string[]): Field | undefined {
  let at: Field = { name: '', offset: 0, size: 0, type: id }
  for (const [depth, name] of names.entries()) {
    const field = fieldsOf(btf, at.type).find((candidate) => candidate.name === name)
    if (field !== undefined) at = { ...field, offset: at.offset + field.offset }
    else if (depth === names.length - 1) return undefined
  }
  return at
}

/** What the struct inside a value is called by: its member `name`, where that is a text. */
export function nameIn(btf: Btf, struct: { type: number; dataOffset: number }, value: Uint8Array): string | null {
  const field = fieldsOf(btf, struct.type).find(
    ({ name, type }) => name === 'name' && btf.resolved(type).kind === 'array',
  )
  if (field === undefined) return null
  const start = struct.dataOffset + field.offset
  return zeroTerminated(value.subarray(start, start + field.size), 0) ?? null
}
