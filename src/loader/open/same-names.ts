import type { Btf } from '../../btf/index.ts'
import { type ElfSymbol, STB } from '../../elf/index.ts'

// ABI: BTF_VAR_STATIC, linux/btf.h.
const staticLinkage = 0

/**
 * The variable of a section's types that a symbol stands for. Static ones may have the name of another, of this section
 * or of any: they are told apart by their places, which the compiler and linkers know.
 */
export function variableOfSymbol(btf: Btf, section: string, symbol: ElfSymbol): number | undefined {
  const id = btf.find(section, 'datasec')
  const datasec = id === undefined ? undefined : btf.type(id)
  const variables = datasec?.kind === 'datasec' ? datasec.variables.filter(({ type }) => btf.name(type) === symbol.name) : []
  const isLocal = symbol.binding === STB.LOCAL
  const found = variables.find(({ type, offset }) => {
    const variable = btf.type(type)
    return variable.kind === 'var' && (variable.linkage === staticLinkage) === isLocal && (!isLocal || offset === symbol.value)
  })
  return found?.type ?? variables[0]?.type ?? btf.find(symbol.name, 'var')
}

/**
 * Names for symbols by which they can be told apart: those after the first of a name are called `name@2`, `name@3`. A
 * global one keeps its name.
 */
export function uniqueNames(symbols: readonly ElfSymbol[]): Map<ElfSymbol, string> {
  const names = new Map<ElfSymbol, string>()
  for (const [name, group] of Map.groupBy(symbols, (symbol) => symbol.name)) {
    const inOrder = group.toSorted((left, right) => Number(left.binding === STB.LOCAL) - Number(right.binding === STB.LOCAL))
    for (const [index, symbol] of inOrder.entries()) names.set(symbol, index === 0 ? name : `${name}@${index + 1}`)
  }
  return names
}

/** What something is called in the kernel: the name that it has in its source. */
export const sourceName = (name: string): string => name.replace(/@\d+$/, '')
