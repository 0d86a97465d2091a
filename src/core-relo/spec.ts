import { type Btf, sizeOf } from '../btf/index.ts'
import { isEnumeratorKind, isFieldKind, type CoreKind } from './kinds.ts'

/** One step of an access: into a member (named), or to an element of an array (not named). */
export interface Step {
  /** For a member the struct that has it; for an element the type of the elements. */
  type: number
  index: number
  name: string | null
}

/** What a relocation looks at: a type, one of its enumerators, or a field reached by some steps. */
export interface Spec {
  btf: Btf
  /** The type at which the access begins. Typedefs are kept: whether one exists can be asked too. */
  root: number
  steps: readonly Step[]
  /** Of the field, from the start of the root, bits. */
  bitOffset: number
}

/** As deep as libbpf and the kernel follow an access, and as large as they let one of its numbers be. */
export const deepestAccess = 64
const largestIndex = 0x7fff_ffff

/**
 * Reads an access string, such as `0:3:1`, against the object's BTF. The first number is an index as in `&p[n]`, each
 * further one an index of a member or of an element; for an enum the one number is that of the enumerator.
 */
export function parseSpec(btf: Btf, id: number, access: string, kind: CoreKind): Spec {
  const numbers = access.split(':').map(Number)
  const bad = (expected: string): never => btf.fail(id, `access "${access}": ${expected}`)
  if (!/^\d+(:\d+)*$/.test(access) || numbers.length > deepestAccess || numbers.some((number) => number > largestIndex)) {
    return bad(`at most ${deepestAccess} numbers up to ${largestIndex} with colons between them`)
  }
  const [first = 0, ...rest] = numbers

  if (isEnumeratorKind(kind)) {
    const type = btf.resolved(id)
    if (type.kind !== 'enum' && type.kind !== 'enum64') return bad(`an enum, not ${type.kind}`)
    if (rest.length > 0) return bad('the one number of an enumerator')
    const name = type.values[first]?.name ?? bad(`one of the ${type.values.length} enumerators`)
    return { btf, root: id, steps: [{ type: id, index: first, name }], bitOffset: 0 }
  }
  if (!isFieldKind(kind)) {
    return access === '0' ? { btf, root: id, steps: [], bitOffset: 0 } : bad('"0", as for every relocation of a whole type')
  }

  const steps: Step[] = [{ type: btf.resolve(id), index: first, name: null }]
  let bitOffset = first * sizeOf(btf, id) * 8
  let at = id
  for (const index of rest) {
    const type = btf.resolved(at)
    if (type.kind === 'struct' || type.kind === 'union') {
      const member = type.members[index] ?? bad(`one of the ${type.members.length} members of ${type.kind} ${type.name}`)
      bitOffset += member.bitOffset
      // A step into an anonymous struct is not a step of its own: the kernel may have it elsewhere, or not at all.
      if (member.name !== '') steps.push({ type: type.id, index, name: member.name })
      at = member.type
    } else if (type.kind === 'array') {
      if (index >= type.length && !isFlexible(btf, steps.at(-1), type)) return bad(`one of the ${type.length} elements`)
      at = btf.resolve(type.element)
      steps.push({ type: at, index, name: null })
      bitOffset += index * sizeOf(btf, at) * 8
    } else {
      return bad(`a struct, union or array to go on from, not ${type.kind} ${type.name}`)
    }
  }
  return { btf, root: id, steps, bitOffset }
}

/** An array without a length that is the last member of its struct has as many elements as were allocated. */
export function isFlexible(btf: Btf, step: Step | undefined, array: { length: number }): boolean {
  if (step === undefined || step.name === null || array.length > 0) return false
  const owner = btf.resolved(step.type)
  return (owner.kind === 'struct' || owner.kind === 'union') && step.index === owner.members.length - 1
}

/** An access as a person would write it: `struct tcp_sock.snd_cwnd`. */
export function describe(spec: Spec): string {
  const root = spec.btf.type(spec.root)
  const [first, ...rest] = spec.steps
  const head = root.kind === 'int' || root.kind === 'float' ? root.name : `${root.kind} ${root.name || '{…}'}`
  if (first === undefined) return head
  if (first.name !== null) return `${head}::${first.name}`
  const tail = rest.map((step) => (step.name === null ? `[${step.index}]` : `.${step.name}`)).join('')
  return head + (first.index === 0 ? '' : `[${first.index}]`) + tail
}
