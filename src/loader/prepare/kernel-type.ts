import { type CcdkError, UnsupportedKernelError } from '../../errors/index.ts'
import type { ProgramSpec } from '../object.ts'
import type { KernelFacts, ModuleBtf } from '../target/kernel-facts.ts'

/** The kernel's type that a program is checked against when it is loaded. */
export interface KernelType {
  type: number
  module: ModuleBtf | undefined
}

/**
 * Finds what a program of `tp_btf`, `fentry`, `lsm` or `iter` and their like attaches to: `btf_trace_NAME`, `NAME`,
 * `bpf_lsm_NAME`, `bpf_iter_NAME`. A target may name its module: `module:function`. Null for other kinds.
 */
export function resolveKernelType(program: ProgramSpec, facts: KernelFacts, problems: CcdkError[]): KernelType | null {
  const { kind } = program
  if (kind === null || kind.kernelType === null) return null
  const { prefix, kind: btfKind } = kind.kernelType
  const [, wantedModule, name = ''] = /^(?:([^:]*):)?(.*)$/.exec(kind.target) ?? []
  if (wantedModule === undefined || wantedModule === 'vmlinux') {
    const type = facts.kernelBtf().find(prefix + name, btfKind)
    if (type !== undefined) return { type, module: undefined }
  }
  for (const module of facts.moduleBtfs()) {
    if (wantedModule !== undefined && wantedModule !== module.name) continue
    for (const type of module.btf.named(prefix + name)) if (module.btf.kind(type) === btfKind) return { type, module }
  }
  problems.push(
    new UnsupportedKernelError({
      feature: `"${name}" for a program of section "${program.code.section}"`,
      hint: `its types have no ${btfKind} "${prefix}${name}"`,
    }),
  )
  return null
}
