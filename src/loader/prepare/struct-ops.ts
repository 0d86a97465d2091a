import type { Btf } from '../../btf/index.ts'
import { findKernelStruct, type KernelStruct, matchStruct, type MatchReport } from '../../btf-match/index.ts'
import { BtfMismatchError, type CcdkError, collect, ObjectError } from '../../errors/index.ts'
import type { BpfObject, StructOpsSpec } from '../object.ts'
import type { KernelFacts, ModuleBtf } from '../target/kernel-facts.ts'
import type { Tell } from '../tell.ts'

/** A struct_ops variable bound to a kernel's struct. */
export interface PreparedStructOps {
  spec: StructOpsSpec
  kernel: KernelStruct
  /** The module that has the struct; undefined for the kernel itself. */
  module: ModuleBtf | undefined
  report: MatchReport
}

/** A program's place in a kernel's struct. */
export interface StructOpsPlace {
  /** The struct's id. */
  type: number
  /** The member's index in it. */
  index: number
  module: ModuleBtf | undefined
}

/** Matches every struct_ops variable that is to be created. Mismatches are added to `problems`. */
export function matchStructOps(object: BpfObject, facts: KernelFacts, problems: CcdkError[], tell?: Tell): PreparedStructOps[] {
  return object.structOps
    .filter((spec) => spec.autocreate)
    .flatMap((spec) => {
      const prepared = collect(problems, () => bind(object, facts, spec))
      if (prepared !== undefined) tell?.('debug', inWords(prepared))
      if (prepared?.report.compatible === false) problems.push(mismatch(object, facts, prepared.report))
      return prepared === undefined ? [] : [prepared]
    })
}

function inWords({ spec, kernel, module, report }: PreparedStructOps): string {
  const matched = report.members.filter(({ status }) => status === 'matched').length
  const where = module === undefined ? 'the kernel' : `module ${module.name}`
  return `"${spec.name}": struct ${kernel.name} is type ${kernel.type} of ${where}, ${matched} of ${report.members.length} members match`
}

function bind(object: BpfObject, facts: KernelFacts, spec: StructOpsSpec): PreparedStructOps {
  const modules = new Map<Btf, ModuleBtf>()
  // The modules' BTF is read only when the kernel's own does not have the struct.
  function* btfs() {
    yield facts.kernelBtf()
    for (const module of facts.moduleBtfs()) {
      modules.set(module.btf, module)
      yield module.btf
    }
  }
  const kernel = findKernelStruct(btfs(), object.btf.name(spec.type))
  const report = matchStruct({ ...spec, map: spec.name, btf: object.btf }, kernel)
  return { spec, kernel, module: modules.get(kernel.btf), report }
}

function mismatch(object: BpfObject, facts: KernelFacts, report: MatchReport): BtfMismatchError<MatchReport> {
  const wrong = report.members.flatMap((member) => (member.status === 'mismatch' ? [member] : []))
  const nearest = wrong.flatMap((member) => (member.nearest === null ? [] : [`"${member.name}" may be "${member.nearest}" there`]))
  const reasons = wrong.map((member) => `${member.name}: ${member.reason}`).join('; ')
  return new BtfMismatchError(
    `${object.file}: "${report.map}" does not fit struct ${report.struct} of ${facts.name}: ${reasons}`,
    report,
    nearest.length === 0 ? {} : { hint: nearest.join(', ') },
  )
}

/** Ids of two modules may be the same number. */
const isSamePlace = (one: StructOpsPlace, other: StructOpsPlace): boolean =>
  one.type === other.type && one.index === other.index && one.module?.name === other.module?.name

/**
 * Which member of which struct each program fills. A program has one place: the kernel checks it against that member's
 * prototype when it is loaded.
 */
export function placePrograms(
  object: BpfObject,
  prepared: readonly PreparedStructOps[],
  problems: CcdkError[],
): Map<string, StructOpsPlace> {
  const places = new Map<string, StructOpsPlace>()
  for (const { kernel, module, report } of prepared) {
    for (const member of report.members) {
      if (member.status !== 'matched' || member.program === null) continue
      const place = { type: kernel.type, index: member.kernelIndex, module }
      const known = places.get(member.program)
      if (known !== undefined && !isSamePlace(known, place)) {
        problems.push(
          new ObjectError({
            file: object.file,
            path: `${report.map}.${member.name}`,
            expected: `a program of its own: "${member.program}" already fills another member or another struct`,
          }),
        )
      }
      places.set(member.program, known ?? place)
    }
  }
  return places
}
