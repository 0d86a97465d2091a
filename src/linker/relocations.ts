import { type ElfRelocation, type ElfSection, SHT, STT } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'
import type { DeadRanges } from './dead.ts'
import type { LinkInput } from './input.ts'
import type { Layout, Placed } from './sections.ts'
import type { LinkedSymbols } from './symbols.ts'

// ABI: the R_BPF_* relocations, Documentation/bpf/llvm_reloc.rst: where each one's addend stands, and its unit. That of
// a call counts instructions.
const addends: Readonly<Record<number, { at: number; bytes: 4 | 8; unit: number; length: number }>> = {
  // R_BPF_64_64: the immediate value of a 64-bit load.
  1: { at: 4, bytes: 4, unit: 1, length: 16 },
  // R_BPF_64_ABS64 and R_BPF_64_ABS32: data.
  2: { at: 0, bytes: 8, unit: 1, length: 8 },
  3: { at: 0, bytes: 4, unit: 1, length: 4 },
  // R_BPF_64_32: the immediate value of a call.
  10: { at: 4, bytes: 4, unit: 8, length: 8 },
}

/** Gives the sections of the result the relocations of the objects, with what they count from moved. */
export function linkRelocations(inputs: readonly LinkInput[], layout: Layout, symbols: LinkedSymbols, dead: DeadRanges): void {
  const lists = new Map(layout.sections.map((section) => [section, [...section.relocations]]))
  for (const input of inputs) {
    for (const section of input.elf.sections) {
      const placed = layout.placeOf(input, section.index)
      if (placed === undefined || placed.repeats) continue
      for (const [index, relocation] of input.elf.relocationsOf(section).entries()) {
        if (dead.has(input, section.index, relocation.offset)) continue
        const path = `${section.name}/relocation[${index}]`
        const fail = (expected: string): never => {
          throw new ObjectError({ file: input.file, path, expected })
        }
        moveAddend(input, section, placed, relocation, layout, fail)
        const symbol = symbols.of(relocation.symbol) ?? fail(`a symbol of code or data, not ${described(relocation)}`)
        lists.get(placed.into)?.push({ offset: relocation.offset + placed.base, type: relocation.type, symbol })
      }
    }
  }
  for (const [section, relocations] of lists) section.relocations = relocations
}

/** What is counted from the start of a section moves with what stood there. */
function moveAddend(
  input: LinkInput,
  section: ElfSection,
  placed: Placed,
  { offset, type, symbol, addend }: ElfRelocation,
  layout: Layout,
  fail: (expected: string) => never,
): void {
  if (addend !== 0n) fail('a relocation whose addend stands in the section')
  const place = addends[type] ?? fail(`a relocation of a type that BPF has in code and data, not ${type}`)
  if (section.type === SHT.NOBITS || offset + place.length > section.data.length) {
    fail(`${place.length} bytes at ${offset}, but the section has ${section.data.length}`)
  }
  if (symbol.type !== STT.SECTION) return
  const base = layout.placeOf(input, symbol.section)?.base ?? 0
  if (base === 0) return
  if (base % place.unit !== 0) fail(`a section of code, not "${input.elf.sections[symbol.section]?.name}"`)
  const { littleEndian } = input.elf
  const view = new DataView(placed.into.data.buffer, placed.into.data.byteOffset)
  const at = placed.base + offset + place.at
  if (place.bytes === 8) view.setBigUint64(at, view.getBigUint64(at, littleEndian) + BigInt(base), littleEndian)
  else view.setUint32(at, view.getUint32(at, littleEndian) + base / place.unit, littleEndian)
}

const described = ({ symbol }: ElfRelocation): string =>
  symbol.name === '' ? `one of section ${symbol.section}` : `"${symbol.name}"`
