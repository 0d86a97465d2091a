import { type Btf, essentialName, sizeOf } from '../btf/index.ts'
import type { Candidate } from './candidates.ts'
import { fieldsAgree, typesAgree } from './compatible.ts'
import { CORE, type CoreKind, isEnumeratorKind, isFieldKind } from './kinds.ts'
import { deepestAccess, isFlexible, type Spec, type Step } from './spec.ts'
import { typesMatch } from './types-match.ts'

/** Finds in a candidate what the local access looks at, or null when the candidate does not have it. */
export function matchSpec(local: Spec, candidate: Candidate, kind: CoreKind): Spec | null {
  const { btf, id: root } = candidate
  if (isEnumeratorKind(kind)) return matchEnumerator(local, btf, root)
  if (isFieldKind(kind)) return matchField(local, btf, root)
  const agree =
    kind === CORE.TYPE_MATCHES
      ? typesMatch(local.btf, local.root, btf, root)
      : typesAgree(local.btf, local.root, btf, root)
  return agree ? { btf, root, steps: [], bitOffset: 0 } : null
}

function matchEnumerator(local: Spec, btf: Btf, root: number): Spec | null {
  const type = btf.resolved(root)
  if (type.kind !== 'enum' && type.kind !== 'enum64') return null
  const wanted = essentialName(local.steps[0]?.name ?? '')
  const index = type.values.findIndex((value) => essentialName(value.name) === wanted)
  const name = type.values[index]?.name
  return name === undefined ? null : { btf, root, steps: [{ type: root, index, name }], bitOffset: 0 }
}

function matchField(local: Spec, btf: Btf, root: number): Spec | null {
  const steps: Step[] = []
  let bitOffset = 0
  let at = root
  // Anonymous structs count, which are no steps.
  let levels = 0
  for (const [depth, step] of local.steps.entries()) {
    if (step.name === null) {
      // The first index is that of `&p[n]`: its element is the root itself.
      if (depth > 0) {
        const array = btf.resolved(at)
        if (array.kind !== 'array') return null
        if (step.index >= array.length && !isFlexible(btf, steps.at(-1), array)) return null
        at = btf.resolve(array.element)
      }
      levels += 1
      steps.push({ type: btf.resolve(at), index: step.index, name: null })
      bitOffset += step.index * sizeOf(btf, at) * 8
    } else {
      const found = findMember(local.btf, step, btf, { id: at, level: levels, searched: new Set() })
      if (found === null) return null
      levels = found.level
      steps.push(found.step)
      bitOffset += found.bitOffset
      at = found.type
    }
  }
  return { btf, root, steps, bitOffset }
}

interface FoundMember {
  step: Step
  /** From the start of the struct that was searched, bits. */
  bitOffset: number
  /** The member's type. */
  type: number
  /** How many indexes lead to it from the root. */
  level: number
}

interface Search {
  /** The struct to look in. */
  id: number
  level: number
  searched: Set<number>
}

/**
 * Looks for a member by name, also inside anonymous structs and unions. Those in `searched` do not have it: structs that
 * contain each other many times are searched once.
 */
function findMember(local: Btf, step: Step, btf: Btf, { id, level, searched }: Search): FoundMember | null {
  if (level >= deepestAccess) return btf.fail(id, `"${step.name}" at most ${deepestAccess} levels deep`)
  const type = btf.resolved(id)
  if ((type.kind !== 'struct' && type.kind !== 'union') || searched.has(type.id)) return null
  searched.add(type.id)
  for (const [index, member] of type.members.entries()) {
    if (member.name === '') {
      const inner = findMember(local, step, btf, { id: member.type, level: level + 1, searched })
      if (inner !== null) return { ...inner, bitOffset: inner.bitOffset + member.bitOffset }
    } else if (member.name === step.name) {
      const owner = local.resolved(step.type)
      const ours = owner.kind === 'struct' || owner.kind === 'union' ? owner.members[step.index] : undefined
      if (ours === undefined || !fieldsAgree(local, ours.type, btf, member.type)) return null
      return { step: { type: type.id, index, name: member.name }, bitOffset: member.bitOffset, type: member.type, level: level + 1 }
    }
  }
  return null
}
