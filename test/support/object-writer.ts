import { SHF, STB, STT } from '../../src/elf/index.ts'
import type { BtfWriter } from './btf-writer.ts'
import { type ElfToWrite, type SectionToWrite, type SymbolToWrite, writeElf } from './elf-writer.ts'

/** An instruction: code, destination and source register, offset, immediate value. */
export type Insn = readonly [code: number, dst?: number, src?: number, off?: number, imm?: number]

// ABI: opcodes of linux/bpf.h.
export const OP = { LD_IMM64: 0x18, CALL: 0x85, EXIT: 0x95, MOV_IMM: 0xb7 } as const

/** A function that does nothing: `r0 = 0; exit`. */
export const nothing: readonly Insn[] = [[OP.MOV_IMM], [OP.EXIT]]

export function code(insns: readonly Insn[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(insns.length * 8))
  for (const [index, [op, dst = 0, src = 0, off = 0, imm = 0]] of insns.entries()) {
    view.setUint8(index * 8, op)
    view.setUint8(index * 8 + 1, (src << 4) | dst)
    view.setInt16(index * 8 + 2, off, true)
    view.setInt32(index * 8 + 4, imm, true)
  }
  return new Uint8Array(view.buffer)
}

export interface FunctionToWrite {
  name: string
  section?: string
  insns?: readonly Insn[]
  /** For one that is not visible outside of the object. */
  local?: boolean
  relocations?: readonly { at: number; symbol: string; type?: number }[]
}

/** Sections of code: the functions of each stand one after the other. */
export function functions(list: readonly FunctionToWrite[]): { sections: SectionToWrite[]; symbols: SymbolToWrite[] } {
  const symbols: SymbolToWrite[] = []
  const sections = [...Map.groupBy(list, ({ section = 'socket' }) => section)].map(([name, members]): SectionToWrite => {
    const parts: Uint8Array[] = []
    const relocations: { offset: number; symbol: string; type?: number }[] = []
    let end = 0
    for (const member of members) {
      const bytes = code(member.insns ?? nothing)
      const binding = member.local === true ? STB.LOCAL : STB.GLOBAL
      symbols.push({ name: member.name, section: name, value: end, size: bytes.length, type: STT.FUNC, binding })
      for (const { at, ...relocation } of member.relocations ?? []) relocations.push({ offset: end + at * 8, ...relocation })
      parts.push(bytes)
      end += bytes.length
    }
    const data = new Uint8Array(Buffer.concat(parts))
    return { name, flags: SHF.ALLOC | SHF.EXECINSTR, data, ...(relocations.length === 0 ? {} : { relocations }) }
  })
  return { sections, symbols }
}

/** Writes a BPF object: what is given, and the types in `.BTF`. */
export function writeObject(types: BtfWriter, ...parts: readonly ElfToWrite[]): Uint8Array<ArrayBuffer> {
  return writeElf({
    sections: [...parts.flatMap(({ sections = [] }) => sections), { name: '.BTF', data: types.bytes() }],
    symbols: parts.flatMap(({ symbols = [] }) => symbols),
  })
}
