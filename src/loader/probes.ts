import { readFileSync } from 'node:fs'
import { type ElfFile, parseElf, STT } from '../elf/index.ts'
import type { Attachment } from './attach/attachment.ts'

type Probe<Way> = Extract<Attachment, { way: Way }>
type Fail = (why: string, hint: string) => never

/** `kprobe/FUNCTION[+OFFSET]` and `kretprobe/…`. */
export function kprobeOf(section: string, target: string, fail: Fail): Probe<'kprobe'> {
  const [, name, offset = '0'] = /^([\w.]+)(?:\+(0x[\da-f]+|\d+))?$/i.exec(target) ?? []
  if (name === undefined) return fail('no function is named', `write SEC("${section}/FUNCTION") or SEC("${section}/FUNCTION+OFFSET")`)
  return { way: 'kprobe', function: name, offset: BigInt(offset), onReturn: section.includes('ret') }
}

/** `uprobe/FILE:FUNCTION[+OFFSET]`, `uprobe/FILE:OFFSET` and `uretprobe/…`; the place comes from the file's symbols. */
export function uprobeOf(section: string, target: string, fail: Fail): Probe<'uprobe'> {
  const [, file, place = '', extra = '0'] = /^(.+):([\w.@]+)(?:\+(0x[\da-f]+|\d+))?$/i.exec(target) ?? []
  if (file === undefined) return fail('no place is named', `write SEC("${section}/FILE:FUNCTION"), with the whole path of the file`)
  const numeric = /^(0x[\da-f]+|\d+)$/i.test(place)
  const start = numeric ? BigInt(place) : functionOffset(parseElf(readFileSync(file), file), place)
  if (start === undefined) return fail(`${file} has no function "${place}"`, 'a file without symbols needs the offset as a number')
  return { way: 'uprobe', file, offset: start + BigInt(extra), onReturn: section.includes('ret') }
}

/** Where a function's first instruction stands in its file, bytes. */
export function functionOffset(elf: ElfFile, name: string): bigint | undefined {
  const symbols = [...elf.symbols, ...elf.dynamicSymbols]
  const symbol = symbols.find((candidate) => candidate.name === name && candidate.type === STT.FUNC && candidate.section !== 0)
  const section = symbol === undefined ? undefined : elf.sections[symbol.section]
  if (symbol === undefined || section === undefined) return undefined
  return BigInt(symbol.value + section.data.byteOffset - elf.bytes.byteOffset) - section.address
}
