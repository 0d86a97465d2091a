import { type ElfSymbol, type NewElfSection, type NewElfSymbol, SHN, STB, STT, STV } from '../elf/index.ts'
import type { GlobalName } from './globals.ts'
import type { LinkInput } from './input.ts'
import { isDefinition } from './mention.ts'
import type { Layout } from './sections.ts'

/** The symbols of the result, and which of them stands for one of an object. */
export class LinkedSymbols {
  readonly all: readonly NewElfSymbol[]
  readonly #of = new Map<ElfSymbol, NewElfSymbol>()

  constructor(inputs: readonly LinkInput[], layout: Layout, globals: ReadonlyMap<string, GlobalName>) {
    const sections = new Map(layout.sections.map((section) => [section, sectionSymbol(section)]))
    const locals = inputs.flatMap((input) => this.#locals(input, layout, sections))
    const shared = Array.from(globals.values(), (global) => this.#global(global, layout))
    this.all = [...sections.values(), ...locals, ...shared]
  }

  /** Undefined for a symbol of what the result is made without. */
  of(symbol: ElfSymbol): NewElfSymbol | undefined {
    return this.#of.get(symbol)
  }

  #locals(input: LinkInput, layout: Layout, sections: ReadonlyMap<NewElfSection, NewElfSymbol>): NewElfSymbol[] {
    return input.elf.symbols.flatMap((symbol): NewElfSymbol[] => {
      if (symbol.index === 0 || symbol.binding !== STB.LOCAL) return []
      const { name, value, size, type, binding, visibility } = symbol
      const placed = layout.placeOf(input, symbol.section)
      if (placed === undefined) {
        // The name of the source file belongs to no section.
        return type === STT.FILE ? [{ name, value, size, type, binding, visibility, section: SHN.ABS }] : []
      }
      const whole = type === STT.SECTION ? sections.get(placed.into) : undefined
      const linked = whole ?? { name, value: value + placed.base, size, type, binding, visibility, section: placed.into }
      this.#of.set(symbol, linked)
      return whole === undefined && !placed.repeats ? [linked] : []
    })
  }

  #global({ name, meant, others, binding, visibility }: GlobalName, layout: Layout): NewElfSymbol {
    const { value, size, type, section } = meant.symbol
    const placed = isDefinition(meant) ? layout.placeOf(meant.input, section) : undefined
    const linked = {
      name,
      size,
      type,
      binding,
      visibility,
      value: value + (placed?.base ?? 0),
      section: placed?.into ?? SHN.UNDEF,
    }
    for (const { symbol } of [meant, ...others]) this.#of.set(symbol, linked)
    return linked
  }
}

const sectionSymbol = (section: NewElfSection): NewElfSymbol => ({
  name: '',
  value: 0,
  size: 0,
  type: STT.SECTION,
  binding: STB.LOCAL,
  visibility: STV.DEFAULT,
  section,
})
