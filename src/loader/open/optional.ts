import type { Btf } from '../../btf/index.ts'

/** A declaration tag that says what may be left out: `ccdk_optional` and `ccdk_optional_members` of `ccdk/core.h`. */
const tag = /^ccdk:optional(?:=(?<members>.*))?$/

/**
 * Members of a struct_ops variable that the object itself declares optional: those with the tag in their struct, and those
 * that a tag of the variable names.
 */
export function optionalMembers(btf: Btf, variable: number, struct: number): Set<string> {
  const found = new Set<string>()
  const type = btf.type(struct)
  const members = type.kind === 'struct' ? type.members : []
  const tags = tagsOf(btf)
  for (const { component } of tags.get(struct) ?? []) {
    const member = members[component]?.name
    if (member !== undefined) found.add(member)
  }
  for (const { component, members: named } of tags.get(variable) ?? []) if (component < 0) for (const name of named) found.add(name)
  return found
}

interface Tag {
  type: number
  /** Index of the member; -1 for the type or variable itself. */
  component: number
  members: readonly string[]
}

type Tags = ReadonlyMap<number, readonly Tag[]>
const known = new WeakMap<Btf, Tags>()

/** By what they belong to. */
function tagsOf(btf: Btf): Tags {
  const tags = known.get(btf) ?? Map.groupBy(readTags(btf), ({ type }) => type)
  known.set(btf, tags)
  return tags
}

function readTags(btf: Btf): Tag[] {
  return [...btf.namesContaining('ccdk:optional')].flatMap((name) => {
    const found = tag.exec(name)
    if (found === null) return []
    const members = (found.groups?.['members'] ?? '').split(',').map((member) => member.trim())
    return [...btf.named(name)].flatMap((id) => {
      const type = btf.type(id)
      return type.kind === 'decl_tag' ? [{ type: type.type, component: type.component, members }] : []
    })
  })
}
