import { type Btf, eachName, eachReference, parseBtf, wordsOf } from '../../src/btf/index.ts'
import { parseElf, SHF, SHT } from '../../src/elf/index.ts'

/** A place in a file that means something. */
export interface Field {
  what: string
  at: number
  width: 1 | 2 | 4 | 8
}

/** The fields of a file by what they belong to: each sort is changed as often as another, be there few of it or many. */
export type Fields = ReadonlyMap<string, readonly Field[]>

// ABI: Elf64_Ehdr, Elf64_Shdr, Elf64_Sym and Elf64_Rel, elf.h: places and widths.
const elfHeader = [[4, 1], [5, 1], [16, 2], [18, 2], [40, 8], [52, 2], [58, 2], [60, 2], [62, 2]] as const
const sectionHeader = [[0, 4], [4, 4], [8, 8], [24, 8], [32, 8], [40, 4], [44, 4], [48, 8], [56, 8]] as const
const symbol = [[0, 4], [4, 1], [5, 1], [6, 2], [8, 8], [16, 8]] as const
// ABI: struct bpf_insn, linux/bpf.h: opcode, registers, offset, constant.
const instruction = [[0, 1], [1, 1], [2, 2], [4, 4]] as const
const relocation = [[0, 8], [8, 4], [12, 4]] as const
// ABI: struct btf_header, linux/btf.h, and struct btf_ext_header, which begins alike.
const btfHeader = [[0, 2], [2, 1], [3, 1], [4, 4], [8, 4], [12, 4], [16, 4], [20, 4]] as const
const extHeader = [...btfHeader, [24, 4], [28, 4]] as const

type Places = readonly (readonly [number, 1 | 2 | 4 | 8])[]

class FieldList {
  readonly all = new Map<string, Field[]>()

  add(what: string, at: number, width: Field['width']): void {
    const known = this.all.get(what)
    if (known === undefined) this.all.set(what, [{ what, at, width }])
    else known.push({ what, at, width })
  }

  record(what: string, start: number, places: Places): void {
    for (const [at, width] of places) this.add(what, start + at, width)
  }

  words(what: string, start: number, length: number, width: 4 | 8 = 4): void {
    for (let at = 0; at + width <= length; at += width) this.add(what, start + at, width)
  }
}

/** Of a whole object, which must be undamaged and little-endian. */
export function fieldsOfObject(bytes: Uint8Array): Fields {
  const list = new FieldList()
  const elf = parseElf(bytes, 'corpus')
  list.record('header of the file', 0, elfHeader)
  const headers = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(40, true))
  for (const index of elf.sections.keys()) list.record('header of a section', headers + index * 64, sectionHeader)
  for (const section of elf.sections) {
    // What debuggers read is nothing to us.
    if (section.type === SHT.NOBITS || section.name.includes('.debug')) continue
    const start = section.data.byteOffset - bytes.byteOffset
    const { length } = section.data
    if (section.type === SHT.SYMTAB) for (let at = 0; at < length; at += 24) list.record('symbol', start + at, symbol)
    else if (section.type === SHT.REL) for (let at = 0; at < length; at += 16) list.record('relocation', start + at, relocation)
    else if (section.type === SHT.STRTAB) list.words('name in the file', start, length)
    else if (section.name === '.BTF') addBtf(list, section.data, start)
    else if (section.name === '.BTF.ext') addExt(list, section.data, start)
    else if ((section.flags & SHF.EXECINSTR) !== 0) {
      for (let at = 0; at + 8 <= length; at += 8) list.record('instruction', start + at, instruction)
    } else list.words('data', start, length)
  }
  return list.all
}

/** Of BTF alone. `base` is that of split BTF. */
export function fieldsOfBtf(bytes: Uint8Array, base?: Btf): Fields {
  const list = new FieldList()
  addBtf(list, bytes, 0, base)
  return list.all
}

function addBtf(list: FieldList, bytes: Uint8Array, start: number, base?: Btf): void {
  const btf = parseBtf(bytes, { file: 'corpus', ...(base === undefined ? {} : { base }) })
  list.record('header of the types', start, btfHeader)
  const header = 24
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const at = start + header + btf.startOf(id) * 4
    const words = wordsOf(btf, id)
    const known = new Set<number>([1])
    list.add('kind and length of a type', at + 4, 4)
    eachReference(words, 0, (word) => known.add(word) && list.add('id of a type', at + word * 4, 4))
    eachName(words, 0, (word) => known.add(word) && list.add('name of a type', at + word * 4, 4))
    for (let word = 0; word < words.length; word += 1) if (!known.has(word)) list.add('number in a type', at + word * 4, 4)
  }
  list.words('text of the types', start + header + btf.words.byteLength, btf.strings.length)
}

function addExt(list: FieldList, bytes: Uint8Array, start: number): void {
  list.record('header of .BTF.ext', start, extHeader)
  list.words('record of .BTF.ext', start + 32, bytes.length - 32)
}

/** Of `.BTF.ext` alone. */
export function fieldsOfExt(bytes: Uint8Array): Fields {
  const list = new FieldList()
  addExt(list, bytes, 0)
  return list.all
}
