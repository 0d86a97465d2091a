import type { Btf } from '../../btf/index.ts'
import { type ElfSymbol, STB } from '../../elf/index.ts'

// ABI: BTF_VAR_STATIC, linux/btf.h.
const staticLinkage = 0

/**
 * The variables of a section of the types, by the symbols that stand for them. Static ones may have the name of another, of
 * this section or of any: they are told apart by their places, which the compiler and linkers know.
 */
export class SectionVariables {
  readonly #btf: Btf
  readonly #globals = new Map<string, number>()
  /** By name and place. */
  readonly #statics = new Map<string, number>()
  readonly #first = new Map<string, number>()

  constructor(btf: Btf, section: string) {
    this.#btf = btf
    const datasec = btf.type(btf.find(section, 'datasec') ?? 0)
    // The first of each stays.
    for (const { type, offset } of datasec.kind === 'datasec' ? datasec.variables.toReversed() : []) {
      const variable = btf.type(type)
      this.#first.set(variable.name, type)
      if (variable.kind !== 'var') continue
      if (variable.linkage === staticLinkage) this.#statics.set(placed(variable.name, offset), type)
      else this.#globals.set(variable.name, type)
    }
  }

  of({ name, value, binding }: ElfSymbol): number | undefined {
    const found = binding === STB.LOCAL ? this.#statics.get(placed(name, value)) : this.#globals.get(name)
    return found ?? this.#first.get(name) ?? this.#btf.find(name, 'var')
  }
}

const placed = (name: string, offset: number): string => `${offset} ${name}`

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
