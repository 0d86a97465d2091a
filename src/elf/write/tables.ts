import { STB } from '../constants.ts'
import type { StringTable } from './string-table.ts'
import type { NewElfRelocation, NewElfSymbol } from './types.ts'

// ABI: Elf64_Sym and Elf64_Rel, elf.h.
export const symbolSize = 24
export const relocationSize = 16

/** The symbols in the order of the file: local ones have to come first. The first entry of the table is none of them. */
export const inFileOrder = (symbols: readonly NewElfSymbol[]): { ordered: readonly NewElfSymbol[]; locals: number } => {
  const [local = [], other = []] = [true, false].map((is) => symbols.filter(({ binding }) => (binding === STB.LOCAL) === is))
  return { ordered: [...local, ...other], locals: local.length }
}

/** `indexOf` answers the index of a symbol's section. */
export function symbolTable(
  symbols: readonly NewElfSymbol[],
  strings: StringTable,
  indexOf: (section: NewElfSymbol['section']) => number,
  littleEndian: boolean,
): Uint8Array {
  const out = new Uint8Array((symbols.length + 1) * symbolSize)
  const view = new DataView(out.buffer)
  for (const [index, symbol] of symbols.entries()) {
    const at = (index + 1) * symbolSize
    view.setUint32(at, strings.add(symbol.name), littleEndian)
    view.setUint8(at + 4, (symbol.binding << 4) | symbol.type)
    view.setUint8(at + 5, symbol.visibility)
    view.setUint16(at + 6, indexOf(symbol.section), littleEndian)
    view.setBigUint64(at + 8, BigInt(symbol.value), littleEndian)
    view.setBigUint64(at + 16, BigInt(symbol.size), littleEndian)
  }
  return out
}

export function relocationTable(
  relocations: readonly NewElfRelocation[],
  indexOf: (symbol: NewElfSymbol) => number,
  littleEndian: boolean,
): Uint8Array {
  const out = new Uint8Array(relocations.length * relocationSize)
  const view = new DataView(out.buffer)
  for (const [index, { offset, type, symbol }] of relocations.entries()) {
    const at = index * relocationSize
    view.setBigUint64(at, BigInt(offset), littleEndian)
    view.setBigUint64(at + 8, (BigInt(indexOf(symbol)) << 32n) | BigInt(type), littleEndian)
  }
  return out
}
