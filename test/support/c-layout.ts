import { type Btf, type BtfMember, isBitfield, sizeOf } from '../../src/btf/index.ts'

/** A struct or union under the name that C has for it: `struct sock`, or that of a typedef. */
export interface NamedComposite {
  id: number
  name: string
}

type Composite = Extract<ReturnType<Btf['type']>, { members: unknown }>

/** The struct or union that a member is or, in one or more dimensions, holds. */
function compositeOf(btf: Btf, id: number): { type: Composite; index: string } | null {
  let index = ''
  for (let type = btf.resolved(id); ; type = btf.resolved(type.element)) {
    if (type.kind === 'struct' || type.kind === 'union') return { type, index }
    if (type.kind !== 'array') return null
    index += '[0]'
  }
}

/**
 * `_Static_assert`s that hold when a compiler gives each type the size, and each member the offset and size, that the
 * BTF says. Members of anonymous structs are reached through what holds them. C can ask neither of a bitfield.
 */
export function layoutAsserts(btf: Btf, composites: readonly NamedComposite[]): string {
  const lines: string[] = []
  const claim = (expression: string, value: number) => lines.push(`_Static_assert(${expression} == ${value}, "");`)

  function members(name: string, path: string, type: Composite, start: number): void {
    for (const member of type.members) if (!isBitfield(btf, member)) placed(name, path, member, start)
  }

  function placed(name: string, path: string, member: BtfMember, start: number): void {
    const offset = start + member.bitOffset / 8
    const inner = compositeOf(btf, member.type)
    if (member.name === '') {
      if (inner !== null) members(name, path, inner.type, offset)
      return
    }
    const access = `${path}${member.name}`
    claim(`__builtin_offsetof(${name}, ${access})`, offset)
    claim(`sizeof(((${name} *)0)->${access})`, sizeOf(btf, member.type))
    if (inner !== null && inner.type.name === '') members(name, `${access}${inner.index}.`, inner.type, offset)
  }

  for (const { id, name } of composites) {
    const type = btf.resolved(id)
    if (type.kind !== 'struct' && type.kind !== 'union') throw new Error(`${name} is a ${type.kind}`)
    claim(`sizeof(${name})`, type.size)
    members(name, '', type, 0)
  }
  return `${lines.join('\n')}\n`
}
