import { poisonCall } from '../../core-relo/index.ts'
import { CODE } from '../code/instructions.ts'
import type { BpfObject } from '../object.ts'
import { reachable } from '../reach/reach.ts'
import { POISON } from '../code/poison.ts'
import type { AssembledProgram, MapFixup } from './assemble.ts'
import type { DebugRecords, SourceLine } from './debug-info.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import { type KernelSymbol, whatBrings } from './ksyms.ts'

/** A use of something that the kernel does not have. */
export interface MissingUse {
  readonly kind: 'type or field' | 'function' | 'variable'
  /** As a person would write it: `struct tcp_sock.snd_cwnd`, `bpf_dctcp_state`. */
  readonly what: string
  readonly program: string
  /** The program itself or a function that it calls. */
  readonly function: string
  readonly source: SourceLine | null
  /**
   * Whether the verifier can get there, as far as that depends on what is known of the kernel: false behind a question
   * such as `bpf_core_field_exists()`. A program that can get there is refused.
   */
  readonly reached: boolean
  /** The release and the options that bring it, in words, where that is known. */
  readonly needs: string | null
}

interface Bound {
  name: string
  assembled: AssembledProgram
  /** Where externs and maps are put into the instructions. */
  fixups: readonly MapFixup[]
}

/** What a program uses that is missing, in the order of its instructions. Call it when the externs have been bound. */
export function missingUses(
  object: BpfObject,
  { name, assembled, fixups }: Bound,
  symbols: ReadonlyMap<string, KernelSymbol | null>,
  config: Uint8Array | null,
  debug: DebugRecords,
  facts: KernelFacts,
): MissingUse[] {
  const uses = [...missingFields(assembled), ...missingExterns(object, assembled, symbols)]
  if (uses.length === 0) return []
  const insns = assembled.instructions
  const places = new Map(fixups.map(({ at, map, offset }) => [at, offset === null ? null : { map, offset }]))
  const constants = new Map(object.maps.flatMap((map): [string, Uint8Array][] => {
    if (map.origin === 'kconfig') return config === null ? [] : [[map.name, config]]
    return map.origin === 'rodata' && map.initial !== null ? [[map.name, map.initial]] : []
  }))
  const reached = reachable(insns, {
    placeAt: (at) => places.get(at),
    constants: (map) => constants.get(map),
    isRefused: (at) => insns.isCall(at, 0) && (insns.imm(at) === poisonCall || insns.imm(at) >= POISON.MAP),
  })
  return uses
    .toSorted((left, right) => left.at - right.at)
    .map(({ at, kind, what, must }) => {
      const { code, start } = assembled.placed.findLast((placed) => placed.start <= at) ?? { code: undefined, start: 0 }
      return {
        kind,
        what,
        program: name,
        function: code?.name ?? name,
        source: code === undefined ? null : debug.sourceOf(code, at - start),
        needs: kind === 'function' ? whatBrings(what, facts) : null,
        reached: must || reached?.has(at) !== false,
      }
    })
}

interface Use extends Pick<MissingUse, 'kind' | 'what'> {
  /** Instruction of the assembled program. */
  at: number
  /** Whether the program cannot be loaded at all without it. */
  must: boolean
}

function missingFields({ placed }: AssembledProgram): Use[] {
  return placed.flatMap(({ start, poisoned }) =>
    poisoned.map(({ instruction, access }) => ({ at: start + instruction, kind: 'type or field', what: access, must: false })),
  )
}

/** Of a weak one only calls: its address is then zero, which a program may look at. */
function missingExterns(
  { externs }: BpfObject,
  { externs: used, instructions }: AssembledProgram,
  symbols: ReadonlyMap<string, KernelSymbol | null>,
): Use[] {
  const specs = new Map(externs.map((extern) => [extern.name, extern]))
  return used.flatMap(({ at, name }): Use[] => {
    const spec = specs.get(name)
    if (spec === undefined || spec.kind === 'kconfig' || symbols.get(name) !== null) return []
    if (spec.weak && instructions.code(at) !== CODE.CALL) return []
    return [{ at, kind: spec.kind === 'kfunc' ? 'function' : 'variable', what: name, must: !spec.weak }]
  })
}
