import type { Btf, BtfExt } from '../../btf/index.ts'
import { type ElfFile, type ElfSection, type ElfSymbol, SHF, SHT, STT, STV } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { insnSize } from '../code/instructions.ts'
import type { FunctionSpec } from '../object.ts'
import { FunctionPlaces } from './function-places.ts'

/** Whether a section holds code. */
const isCode = (section: ElfSection): boolean =>
  section.type === SHT.PROGBITS && (section.flags & SHF.EXECINSTR) !== 0

/** The functions of all code sections, by section and then by place. */
export function readFunctions(elf: ElfFile, btf: Btf, ext: BtfExt): FunctionSpec[] {
  const functions = elf.sections.filter(isCode).flatMap((section) => {
    const symbols = elf.symbolsOf(section).filter((symbol) => symbol.type === STT.FUNC)
    const inOrder = symbols.toSorted((left, right) => left.value - right.value)
    return inOrder.map((symbol, index) => readFunction(elf, section, symbol, inOrder[index - 1]))
  })
  noteCoreRelocations(functions, btf, ext)
  return functions
}

function readFunction(elf: ElfFile, section: ElfSection, symbol: ElfSymbol, before: ElfSymbol | undefined): FunctionSpec {
  const { value, size, name } = symbol
  const end = value + size
  const fail = (expected: string): never => {
    throw new ObjectError({ file: elf.file, path: `${section.name}/${name}`, expected })
  }
  if (size === 0 || size % insnSize !== 0 || value % insnSize !== 0 || end > section.data.length) {
    fail(`whole instructions inside the section's ${section.data.length} bytes, not ${size} bytes at ${value}`)
  }
  // Each would be taken apart, relocated and loaded for itself, so that a small file could stand for a huge one.
  if (before !== undefined && before.value + before.size > value) fail(`instructions of its own, but it shares some with "${before.name}"`)
  return {
    name,
    section: section.name,
    sectionIndex: section.index,
    offset: value,
    bytes: section.data.subarray(value, end),
    hidden: symbol.visibility === STV.HIDDEN || symbol.visibility === STV.INTERNAL,
    references: [],
    coreRelocations: [],
  }
}

/** Gives each function its CO-RE relocations, counted from its start. The object lists them by the section's name. */
function noteCoreRelocations(functions: readonly FunctionSpec[], btf: Btf, ext: BtfExt): void {
  const places = new FunctionPlaces(functions)
  const sections = new Map(functions.map((code) => [code.section, code.sectionIndex] as const).toReversed())
  for (const { nameOffset, words, recordSize, count } of ext.coreRelos) {
    const section = sections.get(btf.string(nameOffset, 0))
    if (section === undefined) continue
    for (let index = 0; index < count; index += 1) {
      // ABI: struct bpf_core_relo, linux/bpf.h: insn_off, type_id, access_str_off, kind.
      const [offset = 0, type = 0, access = 0, kind = 0] = words.subarray((index * recordSize) / 4)
      const code = places.holding(section, offset)
      code?.coreRelocations.push({ offset: offset - code.offset, type, access: btf.string(access, type), kind })
    }
  }
}
