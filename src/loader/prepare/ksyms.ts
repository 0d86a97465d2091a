import { originOfFunction, whatIsOff } from '../../btf-match/index.ts'
import { type Btf, essentialName } from '../../btf/index.ts'
import { typesAgree } from '../../core-relo/index.ts'
import { BtfMismatchError, type CcdkError, UnsupportedKernelError } from '../../errors/index.ts'
import type { BpfObject, ExternSpec } from '../object.ts'
import type { KernelFacts, ModuleBtf } from '../target/kernel-facts.ts'
import type { Tell } from '../tell.ts'

/** Where the kernel has a function or variable that the object asks for. */
export type KernelSymbol =
  | {
      /** Its id in the kernel's BTF, or in that of the module that has it. */
      id: number
      module: ModuleBtf | undefined
    }
  /** Of one declared without a type: where it stands in memory. */
  | { address: bigint }

type SymbolExtern = Exclude<ExternSpec, { kind: 'kconfig' }>

/** Finds the functions and variables that the object declares `__ksym`. Weak ones may be missing: null. */
export function resolveKernelSymbols(
  object: BpfObject,
  facts: KernelFacts,
  problems: CcdkError[],
  tell?: Tell,
): Map<string, KernelSymbol | null> {
  const found = new Map<string, KernelSymbol | null>()
  for (const extern of object.externs) {
    if (extern.kind === 'kconfig') continue
    if (extern.type === 0 && facts.unknown?.includes('addresses') === true) continue
    const symbol = find(extern, facts)
    const agrees = symbol === undefined || isOfType(object.btf, extern, symbol, facts)
    tell?.('debug', `extern ${extern.name}: ${agrees ? inWords(symbol) : 'of another type'}`)
    found.set(extern.name, agrees ? (symbol ?? null) : null)
    if (extern.weak) continue
    if (symbol === undefined) problems.push(missing(extern, facts))
    else if (!agrees) problems.push(otherType(object, extern))
  }
  return found
}

function find(extern: SymbolExtern, facts: KernelFacts): KernelSymbol | undefined {
  const name = essentialName(extern.name)
  if (extern.type === 0) {
    const address = facts.symbolAddress(name)
    return address === undefined ? undefined : { address }
  }
  const kind = extern.kind === 'kfunc' ? 'func' : 'var'
  const inKernel = facts.kernelBtf().find(name, kind)
  if (inKernel !== undefined) return { id: inKernel, module: undefined }
  for (const module of facts.moduleBtfs()) {
    for (const id of module.btf.named(name)) if (module.btf.kind(id) === kind) return { id, module }
  }
  return undefined
}

function inWords(symbol: KernelSymbol | undefined): string {
  if (symbol === undefined) return 'the kernel has none'
  if ('address' in symbol) return `at address 0x${symbol.address.toString(16)}`
  return `type ${symbol.id} of ${symbol.module === undefined ? 'the kernel' : `module ${symbol.module.name}`}`
}

function isOfType(local: Btf, extern: SymbolExtern, symbol: KernelSymbol, facts: KernelFacts): boolean {
  if ('address' in symbol) return true
  const btf = symbol.module?.btf ?? facts.kernelBtf()
  const type = btf.type(symbol.id)
  return (type.kind === 'func' || type.kind === 'var') && typesAgree(local, extern.type, btf, type.type)
}

function otherType({ file }: BpfObject, { kind, name }: SymbolExtern): BtfMismatchError {
  const what = kind === 'kfunc' ? "the kernel's function takes other parameters" : "the kernel's variable is of another type"
  return new BtfMismatchError(`${file}: extern ${name}: ${what}`, [name], {
    hint: 'compare it with the declaration in the C dump of the kernel: ccdk btf dump',
  })
}

function missing({ kind, name, type }: SymbolExtern, facts: KernelFacts): UnsupportedKernelError {
  const { since, config } = kind === 'kfunc' ? originOfFunction(name) : {}
  return new UnsupportedKernelError({
    feature: `${kind === 'kfunc' ? 'function' : 'variable'} "${name}" for BPF programs`,
    ...(since === undefined ? {} : { since }),
    ...(config === undefined ? {} : { config: config.join(', ') }),
    hint: type === 0 ? 'it is not in /proc/kallsyms, or its address is kept secret (kernel.kptr_restrict)' : whereElse(config, facts),
  })
}

/** A kernel that is known from a file may have it in a module. */
function whereElse(config: readonly string[] | undefined, facts: KernelFacts): string {
  const weak = 'declare it __weak and test its address if the algorithm can do without'
  if (facts.unknown?.includes('modules') !== true) return weak
  const text = facts.unknown.includes('configuration') ? undefined : facts.kernelConfig()
  const off = text === undefined || config === undefined ? null : whatIsOff({ config }, text)
  return `${off ?? 'modules are not looked into'}; ${weak}`
}

/** What brings a function that a kernel lacks, in words; null where that is not known. */
export function whatBrings(name: string, facts: KernelFacts): string | null {
  const { since, config } = originOfFunction(name)
  const needs = [since && `Linux ${since} or later`, config?.join(', ')].filter(Boolean).join(' with ')
  if (needs === '') return null
  const text = facts.unknown?.includes('configuration') === true ? undefined : facts.kernelConfig()
  const off = text === undefined || config === undefined ? null : whatIsOff({ config }, text)
  return `it needs ${needs}${off === null ? '' : `; ${off}`}`
}
