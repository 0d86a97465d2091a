import type { Btf } from '../btf/index.ts'
import { BtfMismatchError } from '../errors/index.ts'
import { type Candidate, findCandidates } from './candidates.ts'
import { CORE, type CoreKind, coreKindName, isCoreKind } from './kinds.ts'
import { matchSpec } from './match.ts'
import { describe, parseSpec, type Spec } from './spec.ts'
import { type Value, valueOf, withSignOf } from './value.ts'

/** One record of `.BTF.ext`: an instruction whose immediate or offset depends on the kernel's types. */
export interface CoreRelocation {
  /** Where in the section the instruction stands, bytes. */
  offset: number
  /** The type in the object's BTF at which the access begins. */
  type: number
  /** The access, as `0:3:1`. */
  access: string
  kind: number
}

export interface CoreTarget {
  kernel: Btf
  /** The BTF of the modules, asked for only when the kernel's own has no candidate. */
  modules: () => Iterable<Btf>
}

/** What becomes of an instruction. */
export interface Resolution {
  kind: CoreKind
  /** The access as a person would write it: `struct tcp_sock.snd_cwnd`. */
  what: string
  /** What the compiler wrote, which the instruction must hold; null when that is not certain. */
  original: bigint | null
  /** What it must hold on this kernel, or null when the kernel has no such thing: the instruction is poisoned. */
  value: bigint | null
  /** How a load or store has to change its width, bytes, and whether it can; null when it stays. */
  resize: { from: number; to: number; safe: boolean } | null
  /** The kernel's type that answered; null when none did, or none was asked. */
  source: { file: string; type: number } | null
}

/** Resolves an object's CO-RE relocations against a kernel. Source: Documentation/bpf/llvm_reloc.rst, libbpf's relo_core. */
export class CoreResolver {
  readonly #local: Btf
  readonly #target: CoreTarget
  /** What is left of the candidates of a local type: those that had everything asked for so far. */
  readonly #candidates = new Map<number, Candidate[]>()
  /** What was answered: a program looks at the same few fields again and again. */
  readonly #answers = new Map<string, Resolution>()

  constructor(local: Btf, target: CoreTarget) {
    this.#local = local
    this.#target = target
  }

  /** Throws an `ObjectError` for a malformed record, a `BtfMismatchError` when two kernel types answer differently. */
  resolve(relocation: CoreRelocation): Resolution {
    const { kind, type, access } = relocation
    const question = `${kind} ${type} ${access}`
    const known = this.#answers.get(question) ?? this.#answer(relocation)
    this.#answers.set(question, known)
    return known
  }

  #answer({ kind, type, access }: CoreRelocation): Resolution {
    if (!isCoreKind(kind)) return this.#local.fail(type, `a CO-RE relocation of kind 0 to 12, not ${kind}`)
    const local = parseSpec(this.#local, type, access, kind)
    const ours = valueOf(local, kind)
    const what = describe(local)
    if (kind === CORE.TYPE_ID_LOCAL) return { kind, what, original: null, value: BigInt(type), resize: null, source: null }

    const found = this.#find(local, kind, what)
    const theirs = valueOf(found, kind)
    const isEnumerator = kind === CORE.ENUMVAL_VALUE && found !== null && theirs !== null
    return {
      kind,
      what,
      original: ours?.certain === true ? ours.value : null,
      value: isEnumerator ? withSignOf(local, found, theirs.value) : (theirs?.value ?? null),
      resize: ours === null || theirs === null ? null : resize(ours, theirs),
      source: found === null ? null : { file: found.btf.file, type: found.root },
    }
  }

  #find(local: Spec, kind: CoreKind, what: string): Spec | null {
    const known = this.#candidates.get(local.root)
    const candidates = known ?? findCandidates(this.#local, local.root, this.#target.kernel, this.#target.modules)
    const matches = candidates.flatMap((candidate) => {
      const spec = matchSpec(local, candidate, kind)
      return spec === null ? [] : [{ candidate, spec }]
    })
    const [first, ...others] = matches
    // A question that no candidate can answer, such as whether a field exists, leaves all of them in the race.
    this.#candidates.set(local.root, first === undefined ? candidates : matches.map(({ candidate }) => candidate))
    if (first === undefined) return null

    const value = valueOf(first.spec, kind)?.value
    for (const { spec } of others) {
      if (spec.bitOffset === first.spec.bitOffset && valueOf(spec, kind)?.value === value) continue
      const ids = `${first.spec.root} and ${spec.root}`
      throw new BtfMismatchError(
        `${this.#local.file}: ${what}: the kernel has more than one such type (ids ${ids}), and its ${coreKindName(kind)} differs between them`,
        matches.map((match) => describe(match.spec)),
        { hint: 'name a field that only one of them has before this one, so that the others drop out' },
      )
    }
    return first.spec
  }
}

/** Only pointers and unsigned integers can be loaded in another width without changing what is read. */
function resize(ours: Value, theirs: Value): Resolution['resize'] {
  if (ours.access === null || theirs.access === null || ours.access.size === theirs.access.size) return null
  const here = ours.access.btf.type(ours.access.type)
  const there = theirs.access.btf.type(theirs.access.type)
  const pointers = here.kind === 'ptr' && there.kind === 'ptr'
  const unsigned = here.kind === 'int' && there.kind === 'int' && !here.signed && !there.signed
  return { from: ours.access.size, to: theirs.access.size, safe: pointers || unsigned }
}
