import { type Btf, type BtfMember, type BtfType, onlyEnumerator, sizeOf } from '../btf/index.ts'
import { isSameType } from './compatible.ts'

type Struct = Extract<BtfType, { members: unknown }>

/**
 * The first field in which two definitions of a map differ, as libbpf reads them: the order of the fields does not
 * matter, nor does a qualifier or typedef of a key or value. Undefined when there is none.
 */
export function differingField(left: Btf, leftVariable: number, right: Btf, rightVariable: number): string | undefined {
  return differing(fieldsOf(left, definitionOf(left, leftVariable)), fieldsOf(right, definitionOf(right, rightVariable)))
}

function definitionOf(btf: Btf, variable: number): Struct {
  const type = btf.type(variable)
  const struct = btf.resolved(type.kind === 'var' ? type.type : variable)
  return struct.kind === 'struct' ? struct : btf.fail(variable, 'a map, which is a variable whose type is a struct')
}

interface Fields {
  btf: Btf
  /** Sizes, flags and limits. */
  numbers: ReadonlyMap<string, bigint>
  /** Types of keys, of values, and of what is behind the pointers of `values`. */
  types: ReadonlyMap<string, number>
  inner: Struct | null
}

function fieldsOf(btf: Btf, { members }: Struct): Fields {
  const numbers = new Map<string, bigint>()
  const types = new Map<string, number>()
  let inner: Struct | null = null
  for (const member of members) {
    const target = pointedTo(btf, member)
    // As __ulong declares it.
    const long = onlyEnumerator(btf, member.type)
    if (long !== undefined) {
      numbers.set(member.name, BigInt.asUintN(64, long))
    } else if (target === undefined) {
      const array = btf.resolved(member.type)
      const element = array.kind === 'array' ? btf.resolved(array.element) : undefined
      const held = element?.kind === 'ptr' ? btf.resolved(element.type) : undefined
      if (held === undefined) return btf.fail(member.type, `a field of a map, "${member.name}"`)
      if (held.kind === 'struct') inner = held
      else types.set(member.name, held.id)
    } else if (member.name === 'key' || member.name === 'value') {
      types.set(member.name, target)
      numbers.set(`${member.name}_size`, BigInt(sizeOf(btf, target)))
    } else {
      const array = btf.resolved(target)
      const number = array.kind === 'array' ? BigInt(array.length) : btf.fail(target, `a number in the field "${member.name}" of a map`)
      numbers.set(member.name, number)
    }
  }
  return { btf, numbers, types, inner }
}

function pointedTo(btf: Btf, member: BtfMember): number | undefined {
  const pointer = btf.resolved(member.type)
  return pointer.kind === 'ptr' ? pointer.type : undefined
}

function differing(left: Fields, right: Fields): string | undefined {
  const names = new Set([...left.numbers.keys(), ...right.numbers.keys()])
  for (const name of names) if ((left.numbers.get(name) ?? 0n) !== (right.numbers.get(name) ?? 0n)) return name
  for (const [name, id] of left.types) {
    const other = right.types.get(name)
    if (other !== undefined && !isSameType({ btf: left.btf, id }, { btf: right.btf, id: other })) return name
  }
  if ((left.inner === null) !== (right.inner === null)) return 'values'
  if (left.inner === null || right.inner === null) return undefined
  const [one, other] = [innerFields(left.btf, left.inner), innerFields(right.btf, right.inner)]
  const field = differing(one, other)
  return field === undefined ? undefined : `values/${field}`
}

/** A map inside another holds none itself, or it could hold itself. */
function innerFields(btf: Btf, definition: Struct): Fields {
  const fields = fieldsOf(btf, definition)
  return fields.inner === null ? fields : btf.fail(definition.id, 'inner maps that hold no maps themselves')
}
