import type { Btf } from '../../btf/index.ts'
import type { MemberMatch } from '../../btf-match/index.ts'
import { CoreResolver } from '../../core-relo/index.ts'
import { type CcdkError, ObjectError } from '../../errors/index.ts'
import { type ProgramFunction, programFunctions, type ProgramFunctions } from '../attach/program-function.ts'
import type { BpfObject, FunctionSpec, ProgramSpec } from '../object.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import type { Tell } from '../tell.ts'
import { PROG_TYPE } from '../uapi.ts'
import { assemble, type AssembledProgram, type MapFixup } from './assemble.ts'
import { type PoisonedAccess, type RelocatedCode, relocateFunction } from './code.ts'
import { type DebugInfo, DebugRecords } from './debug-info.ts'
import { bindExterns, ModuleList } from './externs.ts'
import { canAnswer, fillConfig } from './kconfig.ts'
import { type MissingUse, missingUses } from './missing.ts'
import { type KernelType, resolveKernelType } from './kernel-type.ts'
import { resolveKernelSymbols } from './ksyms.ts'
import { matchStructOps, placePrograms, type PreparedStructOps, type StructOpsPlace } from './struct-ops.ts'

/** An object bound to a kernel's types. Nothing has been created. */
export interface PreparedObject {
  readonly object: BpfObject
  /** The kernel that it is bound to. */
  readonly facts: KernelFacts
  readonly structOps: readonly PreparedStructOps[]
  readonly programs: readonly PreparedProgram[]
  /** The value of the `.kconfig` map; null when the object has none. */
  readonly config: Uint8Array | null
  /** Everything that stands in the way of loading it. `load` throws the first. */
  readonly problems: readonly CcdkError[]
  /** What a person should know although it is no problem: what was left out, and why. */
  readonly notes: readonly string[]
}

/** A program that is to be loaded: whole but for the handles of maps and modules. */
export interface PreparedProgram {
  readonly spec: ProgramSpec
  readonly assembled: AssembledProgram
  readonly fixups: readonly MapFixup[]
  readonly modules: ModuleList['modules']
  readonly debug: DebugInfo | null
  /** Of a struct_ops program. */
  readonly place: StructOpsPlace | null
  /** Of a program that is checked against a type of the kernel's. */
  readonly kernelType: KernelType | null
  /** Of a program that attaches to another program and not to the kernel. */
  readonly programFunction: ProgramFunction | null
  readonly poisoned: readonly PoisonedAccess[]
  /** What it uses that the kernel does not have: where the verifier can get there, it refuses the program. */
  readonly missing: readonly MissingUse[]
}

export interface PrepareOptions {
  /** Types for CO-RE in place of the kernel's own and its modules', as libbpf's `btf_custom_path`. */
  coreTypes?: Btf
  /**
   * The functions of BPF programs that programs of this object attach to, by the name of the latter: freplace needs one,
   * and fentry and fexit take one.
   */
  attachTo?: ProgramFunctions
  /** Is told what is done on the way. */
  tell?: Tell
}

/** Binds an opened object to a kernel: struct_ops, CO-RE, externs. It needs the kernel's types, and no privilege. */
export function prepare(object: BpfObject, facts: KernelFacts, { coreTypes, attachTo, tell }: PrepareOptions = {}): PreparedObject {
  const problems: CcdkError[] = []
  const notes: string[] = []
  if (!object.elf.littleEndian) {
    problems.push(
      new ObjectError({
        file: object.file,
        path: 'header',
        expected: 'a little-endian object: this one was compiled for a big-endian machine and cannot be loaded here',
        hint: 'compile it with --target=bpfel, or with --target=bpf on this machine',
      }),
    )
    return { object, facts, structOps: [], programs: [], config: null, problems, notes }
  }
  const structOps = matchStructOps(object, facts, problems, tell)
  const places = placePrograms(object, structOps, problems)
  const used = new Set(object.structOps.flatMap((spec) => [...spec.programs.values()]))
  const chosen = object.programs.filter((program) => isWanted(object, program, places, used, problems))
  if (tell !== undefined) {
    const left = object.programs.filter((program) => !chosen.includes(program))
    for (const { name } of left) tell('info', `program "${name}" is not loaded: nothing asks for it`)
  }
  notes.push(...structOps.flatMap(({ report }) => report.members.flatMap(leftOut)))
  const symbols = resolveKernelSymbols(object, facts, problems, tell)

  const resolver = new CoreResolver(object.btf, {
    kernel: coreTypes ?? facts.kernelBtf(),
    modules: () => (coreTypes === undefined ? facts.moduleBtfs().map((module) => module.btf) : []),
  })
  const relocated = new Map<FunctionSpec, RelocatedCode>()
  const codeOf = (code: FunctionSpec) => {
    const known = relocated.get(code) ?? relocateFunction(object.file, code, resolver, problems, tell)
    relocated.set(code, known)
    return known
  }
  const configMap = object.maps.find((map) => map.origin === 'kconfig')
  const config = configMap === undefined ? null : new Uint8Array(configMap.valueSize)
  const knownConfig = canAnswer(object, facts) ? config : null
  if (knownConfig !== null) fillConfig(object, facts, knownConfig, problems, tell)
  else if (config !== null) notes.push('its configuration is not known: options are not checked')
  const debug = new DebugRecords(object)
  const attachedTo = programFunctions(object, attachTo, problems)
  const programs = chosen.map((spec): PreparedProgram => {
    const assembled = assemble(spec.code, codeOf)
    const modules = new ModuleList()
    const fixups = [...assembled.fixups, ...bindExterns(object, assembled, symbols, modules)]
    const programFunction = attachedTo.get(spec.name) ?? null
    return {
      spec,
      assembled,
      fixups,
      modules: modules.modules,
      debug: debug.of(assembled),
      place: places.get(spec.name) ?? null,
      kernelType: programFunction === null ? resolveKernelType(spec, facts, problems) : null,
      programFunction,
      poisoned: assembled.poisoned,
      missing: missingUses(object, { name: spec.name, assembled, fixups }, symbols, knownConfig, debug, facts),
    }
  })
  return { object, facts, structOps, programs, config, problems, notes }
}

/** A struct_ops program is loaded when a map that is created refers to it, any other when it is not switched off. */
function isWanted(
  object: BpfObject,
  program: ProgramSpec,
  places: ReadonlyMap<string, StructOpsPlace>,
  used: ReadonlySet<string>,
  problems: CcdkError[],
): boolean {
  if (program.kind?.type !== PROG_TYPE.STRUCT_OPS) return program.autoload
  if (places.has(program.name)) return true
  if (used.has(program.name)) return false
  if (program.autoload) {
    problems.push(
      new ObjectError({
        file: object.file,
        path: `${program.code.section}/${program.name}`,
        expected: 'a struct_ops variable that refers to the program, but none does',
        hint: 'put it into a member, or write SEC("?struct_ops") if it is to be used only sometimes',
      }),
    )
  }
  return false
}

const leftOut = (member: MemberMatch): string[] =>
  member.status === 'skipped' && member.program !== null
    ? [`program "${member.program}" is left out: the kernel has no member "${member.name}", which was said to be optional`]
    : []
