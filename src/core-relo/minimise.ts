import { type Btf, type BtfType, BtfSubset, essentialName } from '../btf/index.ts'
import { findCandidates } from './candidates.ts'
import { CORE, type CoreKind, isCoreKind, isFieldKind } from './kinds.ts'
import { matchSpec } from './match.ts'
import type { CoreRelocation } from './resolve.ts'
import { parseSpec, type Spec } from './spec.ts'

/** The types of an object, and what of the kernel's it asks for. */
export interface CoreUser {
  btf: Btf
  relocations: Iterable<CoreRelocation>
}

/**
 * Chooses of a kernel's types and members those that CO-RE needs for some objects, so that it comes to the same with
 * them as with all: for kernels that bring no BTF of their own, small enough to ship with an object. Only the ids of
 * types, which `bpf_core_type_id_kernel()` asks for, are others.
 */
export function minimise(kernel: Btf, users: Iterable<CoreUser>): BtfSubset {
  const subset = new BtfSubset(kernel)
  for (const { btf, relocations } of users) {
    for (const relocation of relocations) keepNeeded(subset, kernel, btf, relocation)
  }
  return subset
}

function keepNeeded(subset: BtfSubset, kernel: Btf, local: Btf, { kind, type, access }: CoreRelocation): void {
  if (!isCoreKind(kind)) return local.fail(type, `a CO-RE relocation of kind 0 to 12, not ${kind}`)
  if (kind === CORE.TYPE_ID_LOCAL) return
  const wanted = parseSpec(local, type, access, kind)
  // Every candidate that fits, as the resolver refuses an object when two of them disagree.
  for (const candidate of findCandidates(local, type, kernel, () => [])) {
    const found = matchSpec(wanted, candidate, kind)
    if (found !== null) keepFound(subset, wanted, found, kind)
  }
}

function keepFound(subset: BtfSubset, wanted: Spec, found: Spec, kind: CoreKind): void {
  const { btf, root } = found
  subset.keep(root)
  if (isFieldKind(kind)) keepSteps(subset, found)
  else if (kind === CORE.TYPE_MATCHES) keepMatching({ subset, local: wanted.btf, kernel: btf, seen: new Set() }, wanted.root, root, false)
  else keepPointedAt(subset, btf, root)
}

function keepSteps(subset: BtfSubset, { btf, root, steps }: Spec): void {
  let at = root
  for (const [depth, step] of steps.entries()) {
    if (step.name !== null) {
      at = keepMember(subset, btf, btf.resolve(at), step.type, step.index, new Set()) ?? btf.fail(at, `a member ${step.name}`)
    } else if (depth > 0) {
      const array = btf.resolved(at)
      if (array.kind === 'array') at = array.element
    }
  }
}

/** Keeps a member of a struct, or of an anonymous one inside it, with all on the way to it. Returns its type. */
function keepMember(
  subset: BtfSubset,
  btf: Btf,
  within: number,
  owner: number,
  index: number,
  searched: Set<number>,
): number | null {
  const type = btf.resolved(within)
  if ((type.kind !== 'struct' && type.kind !== 'union') || searched.has(type.id)) return null
  searched.add(type.id)
  if (type.id === owner) {
    subset.keepMember(owner, index)
    return type.members[index]?.type ?? null
  }
  for (const [at, member] of type.members.entries()) {
    if (member.name !== '') continue
    const found = keepMember(subset, btf, member.type, owner, index, searched)
    if (found === null) continue
    subset.keepMember(type.id, at)
    return found
  }
  return null
}

/** Whether a type exists depends also on what its pointers point at, of structs no more than that they are some. */
function keepPointedAt(subset: BtfSubset, btf: Btf, root: number): void {
  const seen = new Set<number>()
  const open = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === 0 || seen.has(next)) continue
    seen.add(next)
    subset.keep(next)
    const type = btf.type(next)
    if (type.kind === 'array') open.push(type.element)
    else if (type.kind === 'func_proto') open.push(type.returns, ...type.params.map((param) => param.type))
    else if ('type' in type) open.push(type.type)
  }
}

interface Matching {
  subset: BtfSubset
  local: Btf
  kernel: Btf
  seen: Set<string>
}

/** Keeps what was compared to find that a type matches: see `typesMatch`. */
function keepMatching(matching: Matching, localId: number, kernelId: number, behindPointer: boolean): void {
  const { subset, local, kernel, seen } = matching
  const key = `${localId} ${kernelId} ${behindPointer}`
  if (kernelId === 0 || seen.has(key)) return
  seen.add(key)
  subset.keep(kernelId)
  const ours = local.resolved(localId)
  const theirs = kernel.resolved(kernelId)
  const next = (left: number, right: number, pointer = behindPointer) => keepMatching(matching, left, right, pointer)
  if (ours.kind === 'ptr' && theirs.kind === 'ptr') next(ours.type, theirs.type, true)
  if (ours.kind === 'array' && theirs.kind === 'array') next(ours.element, theirs.element)
  if (ours.kind === 'func_proto' && theirs.kind === 'func_proto') {
    next(ours.returns, theirs.returns)
    for (const [at, param] of ours.params.entries()) next(param.type, theirs.params[at]?.type ?? 0)
  }
  if (behindPointer || !isComposite(ours) || !isComposite(theirs)) return
  for (const member of ours.members) {
    for (const [index, other] of theirs.members.entries()) {
      if (essentialName(other.name) !== essentialName(member.name)) continue
      subset.keepMember(theirs.id, index)
      next(member.type, other.type)
    }
  }
}

const isComposite = (type: BtfType): type is Extract<BtfType, { members: unknown }> =>
  type.kind === 'struct' || type.kind === 'union'
