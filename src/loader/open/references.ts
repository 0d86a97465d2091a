import { type ElfFile, type ElfRelocation, SHN } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { CODE, Instructions, insnSize, PSEUDO } from '../code/instructions.ts'
import type { ExternSpec, FunctionSpec, Reference } from '../object.ts'
import type { PlacedMap } from './data-maps.ts'
import { FunctionPlaces } from './function-places.ts'
import { jumpTableSection, readJumpTable } from './jump-tables.ts'

/** Finds what each instruction refers to, from the relocations and from calls inside one section, and notes it. */
export function readReferences(
  elf: ElfFile,
  functions: readonly FunctionSpec[],
  maps: readonly PlacedMap[],
  externs: readonly ExternSpec[],
): void {
  const sections = new Set(functions.map((code) => code.sectionIndex))
  const places = new FunctionPlaces(functions)
  const classify = new Classifier(elf, places, maps, externs)
  for (const section of elf.sections) {
    if (!sections.has(section.index)) continue
    for (const [index, relocation] of elf.relocationsOf(section).entries()) {
      const path = `${section.name}/relocation[${index}]`
      const code = places.holding(section.index, relocation.offset)
      // A linker leaves the code of a weak function where it is when another's takes its place.
      if (code !== undefined) code.references.push(classify.relocation(relocation, code, path))
    }
  }
  for (const code of functions) {
    for (const call of classify.localCalls(code)) code.references.push(call)
    code.references.sort((left, right) => left.at - right.at)
  }
}

class Classifier {
  readonly #elf: ElfFile
  readonly #places: FunctionPlaces
  readonly #maps = new Map<string, PlacedMap>()
  readonly #externs: ReadonlyMap<string, ExternSpec>

  constructor(
    elf: ElfFile,
    places: FunctionPlaces,
    maps: readonly PlacedMap[],
    externs: readonly ExternSpec[],
  ) {
    this.#elf = elf
    this.#places = places
    // The first at a place counts.
    for (const map of maps.toReversed()) this.#maps.set(map.wholeSection ? `${map.section}` : `${map.section}:${map.offset}`, map)
    this.#externs = new Map(externs.map((extern) => [extern.name, extern]))
  }

  relocation({ offset, symbol }: ElfRelocation, code: FunctionSpec, path: string): Reference {
    const fail = (expected: string): never => {
      throw new ObjectError({ file: this.#elf.file, path, expected })
    }
    const insns = new Instructions(code.bytes)
    if (offset % insnSize !== 0) return fail(`the start of an instruction, not byte ${offset}`)
    const at = (offset - code.offset) / insnSize
    const isCall = insns.code(at) === CODE.CALL
    const isLoad = insns.isWide(at) && at + 1 < insns.count
    if (!isCall && !isLoad) return fail(`a call or a 64-bit load, not instruction code ${insns.code(at)}`)

    if (symbol.section === SHN.UNDEF) {
      const extern = this.#externs.get(symbol.name) ?? fail(`a known extern, not "${symbol.name}"`)
      if (isCall && extern.kind !== 'kfunc') fail(`a call of a kernel function, and "${symbol.name}" is none`)
      return { kind: 'extern', at, name: symbol.name }
    }
    const target = this.#elf.sections[symbol.section]
    if (target === undefined) return fail(`a symbol of a section, but "${symbol.name}" is of none (${symbol.section})`)
    // A call counts from the instruction after it, a load from the symbol, in bytes.
    const place = symbol.value + (isCall ? (insns.imm(at) + 1) * insnSize : insns.imm(at))
    const callee = this.#places.startingAt(symbol.section, place)
    if (isCall) return callee === undefined ? fail(`a function at byte ${place} of "${target.name}"`) : { kind: 'call', at, callee }
    if (callee !== undefined) return { kind: 'callback', at, callee }

    const map = this.#maps.get(`${symbol.section}`) ?? this.#maps.get(`${symbol.section}:${place}`)
    if (target.name === jumpTableSection) return { kind: 'jump_table', at, table: symbol.value, targets: readJumpTable(target, symbol, code, fail) }
    if (map === undefined) return fail(`a map, data or a function, but "${symbol.name}" is in section "${target.name}"`)
    return map.wholeSection
      ? { kind: 'data', at, map: map.spec.name, offset: place }
      : { kind: 'map', at, map: map.spec.name }
  }

  /** Calls to a function of the same section have no relocation: their distance is already right. */
  localCalls(code: FunctionSpec): Reference[] {
    const insns = new Instructions(code.bytes)
    const known = new Set(code.references.map((reference) => reference.at))
    const calls: Reference[] = []
    for (let at = 0; at < insns.count; at += insns.isWide(at) ? 2 : 1) {
      if (!insns.isCall(at, PSEUDO.CALL) || known.has(at)) continue
      const place = code.offset + (at + 1 + insns.imm(at)) * insnSize
      const callee = this.#places.startingAt(code.sectionIndex, place)
      if (callee === undefined) {
        const path = `${code.section}/${code.name}/instruction[${at}]`
        throw new ObjectError({ file: this.#elf.file, path, expected: `a function at byte ${place}, which it calls` })
      }
      calls.push({ kind: 'call', at, callee })
    }
    return calls
  }
}
