import { type ElfSymbol, SHN, STB } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'
import { describedBy, type LinkInput } from './input.ts'
import type { Layout } from './sections.ts'

/** What one object says of a name that others can see. */
export interface Mention {
  readonly input: LinkInput
  readonly symbol: ElfSymbol
  /** The variable or function that describes it, in the object's BTF. */
  readonly described: number | undefined
  /** The section that it is in. For what another object or the kernel provides, the one that BTF names, or empty. */
  readonly section: string
}

/** Throws what is wrong with what an object says of a name. */
export function failAt({ input, symbol }: Mention, expected: string, hint?: string): never {
  const path = `symbol "${symbol.name}"`
  throw new ObjectError({ file: input.file, path, expected, ...(hint === undefined ? {} : { hint }) })
}

export const isDefinition = ({ symbol }: Mention): boolean => symbol.section !== SHN.UNDEF

/** What an object says of names that others can see. */
export function mentionsOf(input: LinkInput, layout: Layout): Mention[] {
  return input.elf.symbols.flatMap((symbol): Mention[] => {
    if (symbol.index === 0 || symbol.binding === STB.LOCAL) return []
    const described = describedBy(input, symbol)
    if (symbol.section === SHN.UNDEF) {
      const section = described === undefined ? '' : (input.declaredIn.get(described) ?? '')
      return [{ input, symbol, described, section }]
    }
    const mention = { input, symbol, described, section: input.elf.sections[symbol.section]?.name ?? '' }
    if (symbol.binding !== STB.GLOBAL && symbol.binding !== STB.WEAK) {
      return failAt(mention, `a local, global or weak symbol, not binding ${symbol.binding}`)
    }
    if (symbol.section >= SHN.LORESERVE) return failAt(mention, `a symbol in a section, not in ${symbol.section}`)
    const placed = layout.placeOf(input, symbol.section)
    // The licence, say, goes by another name in each object.
    if (placed === undefined || placed.repeats) return []
    if (symbol.value + symbol.size > (input.elf.sections[symbol.section]?.size ?? 0)) return failAt(mention, 'to lie inside its section')
    return [mention]
  })
}
