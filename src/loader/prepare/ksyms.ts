import { type Btf, essentialName } from '../../btf/index.ts'
import { typesAgree } from '../../core-relo/index.ts'
import { BtfMismatchError, type CcdkError, UnsupportedKernelError } from '../../errors/index.ts'
import type { BpfObject, ExternSpec } from '../object.ts'
import type { KernelFacts, ModuleBtf } from '../target.ts'

/** Where the kernel has a function or variable that the object asks for. */
export interface KernelSymbol {
  /** Its id in the BTF below. */
  id: number
  /** The module that has it; undefined for the kernel itself. */
  module: ModuleBtf | undefined
}

// Which option brings a function, from the kernel's Kconfig.
const configs: readonly [RegExp, string][] = [
  [/^cubictcp_/, 'CONFIG_TCP_CONG_CUBIC'],
  [/^dctcp_/, 'CONFIG_TCP_CONG_DCTCP'],
  [/^bbr_/, 'CONFIG_TCP_CONG_BBR'],
]

/** Finds the functions and typed variables that the object declares `__ksym`. Weak ones may be missing: null. */
export function resolveKernelSymbols(
  object: BpfObject,
  facts: KernelFacts,
  problems: CcdkError[],
): Map<string, KernelSymbol | null> {
  const found = new Map<string, KernelSymbol | null>()
  for (const extern of object.externs) {
    if (extern.kind === 'kconfig') continue
    const symbol = find(extern, facts)
    if (symbol === undefined) {
      found.set(extern.name, null)
      if (!extern.weak) problems.push(missing(extern))
      continue
    }
    const btf = symbol.module?.btf ?? facts.kernelBtf()
    const agrees = extern.kind === 'kfunc' ? functionAgrees(object.btf, extern.type, btf, symbol.id) : true
    found.set(extern.name, agrees || !extern.weak ? symbol : null)
    if (!agrees && !extern.weak) {
      problems.push(
        new BtfMismatchError(`${object.file}: extern ${extern.name}: the kernel's function takes other parameters`, [extern.name], {
          hint: `compare it with the kernel's prototype: bpftool btf dump file /sys/kernel/btf/vmlinux format c`,
        }),
      )
    }
  }
  return found
}

function find(extern: ExternSpec, facts: KernelFacts): KernelSymbol | undefined {
  const kind = extern.kind === 'kfunc' ? 'func' : 'var'
  const name = essentialName(extern.name)
  const inKernel = facts.kernelBtf().find(name, kind)
  if (inKernel !== undefined) return { id: inKernel, module: undefined }
  for (const module of facts.moduleBtfs()) {
    for (const id of module.btf.named(name)) if (module.btf.kind(id) === kind) return { id, module }
  }
  return undefined
}

function functionAgrees(local: Btf, prototype: number, btf: Btf, id: number): boolean {
  const type = btf.type(id)
  return type.kind === 'func' && typesAgree(local, prototype, btf, type.type)
}

function missing({ kind, name }: ExternSpec): UnsupportedKernelError {
  const config = configs.find(([pattern]) => pattern.test(name))?.[1]
  return new UnsupportedKernelError({
    feature: `${kind === 'kfunc' ? 'function' : 'variable'} "${name}" for BPF programs`,
    ...(config === undefined ? {} : { config }),
    hint: 'declare it __weak and test its address if the algorithm can do without',
  })
}
