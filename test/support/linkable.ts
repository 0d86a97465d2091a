import { SHF, SHT, STB, STT } from '../../src/elf/index.ts'
import type { ObjectToLink } from '../../src/linker/index.ts'
import { BtfWriter } from './btf-writer.ts'
import { type SectionToWrite, type SymbolToWrite, writeElf } from './elf-writer.ts'
import { code, type Insn, OP } from './object-writer.ts'

/** A type, added to an object's types. */
export type TypeToWrite = (types: BtfWriter) => number

interface Shared {
  name: string
  /** Of a variable its type, of a function its prototype. */
  type?: TypeToWrite
  weak?: boolean
  visibility?: number
  /** Not described in BTF. */
  untyped?: boolean
  /** What `btf_decl_tag` says of it. */
  tag?: string
}

export interface VariableToLink extends Shared {
  kind: 'variable'
  /** Undefined for one that another object defines. */
  bytes?: Uint8Array
  section?: string
  static?: boolean
  relocations?: readonly { at: number; symbol: string; type?: number }[]
}

export interface FunctionToLink extends Shared {
  kind: 'function'
  /** Undefined for one that another object defines. */
  insns?: readonly Insn[]
  section?: string
  static?: boolean
  relocations?: readonly { at: number; symbol: string; type?: number }[]
}

interface LinkableOptions {
  license?: string
  littleEndian?: boolean
  /** Other flags than usual, by section. */
  sectionFlags?: Readonly<Record<string, number>>
  /** Of all sections, bytes. */
  align?: number
}

interface SectionToLink {
  name: string
  flags: number
  align: number
  parts: Uint8Array[]
  end: number
  moved: { offset: number; symbol: string; type: number }[]
}

export const int: TypeToWrite = (types) => types.int('int', 4, { signed: true })
export const noParameters: TypeToWrite = (types) => types.proto(int(types))

type Facts<T> = Omit<T, 'kind' | 'name'>
export const variable = (name: string, facts: Facts<VariableToLink> = {}): VariableToLink => ({ kind: 'variable', name, ...facts })
export const func = (name: string, facts: Facts<FunctionToLink> = {}): FunctionToLink => ({ kind: 'function', name, ...facts })

/** `.maps` and what stands in it, from fields such as `max_entries`. */
export const mapType =
  (fields: Readonly<Record<string, number>>, key: TypeToWrite = int): TypeToWrite =>
  (types) => {
    const number = (count: number) => types.ptr(types.array(int(types), count))
    const members = Object.entries(fields).map(([name, count]): [string, number] => [name, number(count)])
    return types.struct('', [...members, ['key', types.ptr(key(types))], ['value', types.ptr(int(types))]])
  }

/** An object that uses a variable, a map and a function of another one. */
export const userOfAll: readonly (VariableToLink | FunctionToLink)[] = [
  func('main', {
    section: 'socket',
    insns: [[OP.LD_IMM64], [0], [OP.LD_IMM64], [0], [OP.CALL, 0, 1, 0, -1], [OP.EXIT]],
    relocations: [
      { at: 0, symbol: 'number' },
      { at: 2, symbol: 'table' },
      { at: 4, symbol: 'work', type: 10 },
    ],
  }),
  func('work'),
  variable('number'),
  variable('table', { section: '.maps', type: mapType({ max_entries: 8, type: 2 }) }),
]

/** Writes an object that defines and uses names, and the licence GPL unless another is given. */
export function linkable(
  file: string,
  names: readonly (VariableToLink | FunctionToLink)[],
  { license = 'GPL', littleEndian = true, sectionFlags = {}, align = 1 }: LinkableOptions = {},
): ObjectToLink {
  const types = new BtfWriter({ littleEndian })
  const sections = new Map<string, SectionToLink>()
  const lists = new Map<string, { type: number; offset: number; size: number }[]>()
  const symbols: SymbolToWrite[] = []
  const licence = variable('LICENSE', { bytes: Buffer.from(`${license}\0`), section: 'license' })
  for (const name of [...names, licence]) {
    const bytes = name.kind === 'function' ? name.insns && code(name.insns) : name.bytes
    const section = name.section ?? (bytes === undefined ? '' : name.kind === 'function' ? '.text' : '.data')
    const linkage = name.static === true ? 0 : bytes === undefined ? 2 : 1
    const type = name.kind === 'function' ? STT.FUNC : STT.OBJECT
    const binding = name.static === true ? STB.LOCAL : name.weak === true ? STB.WEAK : STB.GLOBAL
    const shared = { name: name.name, binding, visibility: name.visibility ?? 0 }
    let offset = 0
    if (bytes === undefined) {
      symbols.push(shared)
    } else {
      const isCode = name.kind === 'function'
      const flags = sectionFlags[section] ?? SHF.ALLOC | (isCode ? SHF.EXECINSTR : section === '.rodata' ? 0 : SHF.WRITE)
      const into = sections.get(section) ?? { name: section, flags, align, parts: [], end: 0, moved: [] }
      sections.set(section, into)
      offset = into.end
      into.parts.push(bytes)
      into.end += bytes.length
      for (const { at, symbol, type: kind = isCode ? 1 : 2 } of name.relocations ?? []) {
        into.moved.push({ offset: offset + (isCode ? at * 8 : at), symbol, type: kind })
      }
      symbols.push({ ...shared, type, section, value: offset, size: bytes.length })
    }
    if (name.untyped === true) continue
    const described =
      name.kind === 'function'
        ? types.func(name.name, (name.type ?? noParameters)(types), linkage)
        : types.var(name.name, (name.type ?? int)(types), linkage)
    if (name.tag !== undefined) types.declTag(name.tag, described)
    if (section === '' || (name.kind === 'function' && bytes !== undefined)) continue
    // The compiler says the places of static variables, and leaves others to their symbols.
    const place = { type: described, offset: name.static === true ? offset : 0, size: bytes?.length ?? 4 }
    lists.set(section, [...(lists.get(section) ?? []), place])
  }
  for (const [section, variables] of lists) types.datasec(section, variables)
  // A section's own symbol is called by its name here, which the linker does not look at.
  const own = Array.from(sections.keys(), (section) => ({ name: `${section} itself`, section, type: STT.SECTION, binding: STB.LOCAL }))
  const bytes = writeElf({
    littleEndian,
    sections: [
      ...Array.from(sections.values(), ({ parts, end, moved, ...section }): SectionToWrite => {
        const isEmpty = section.name.startsWith('.bss')
        const content = isEmpty ? { type: SHT.NOBITS, size: end } : { data: new Uint8Array(Buffer.concat(parts)) }
        return { ...section, ...content, ...(moved.length === 0 ? {} : { relocations: moved }) }
      }),
      { name: '.BTF', data: types.bytes() },
    ],
    symbols: [...own, ...symbols],
  })
  return { bytes, file }
}
