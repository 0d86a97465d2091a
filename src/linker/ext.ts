import type { BtfExt, BtfExtSection } from '../btf/index.ts'
import { ObjectError } from '../errors/index.ts'
import type { DeadRanges } from './dead.ts'
import type { LinkInput } from './input.ts'
import type { Layout } from './sections.ts'

/** How what an object says about its instructions is said in the result. */
export interface Translation {
  typeId(input: LinkInput, id: number): number
  /** The offset of a text among the result's strings. */
  string(text: string): number
  /** The same for the name of a source file. */
  source(name: string): number
}

// ABI: bpf_func_info, bpf_line_info and bpf_core_relo, linux/bpf.h: the first word of each is the place of an
// instruction, in bytes of its section. How many words they have, and which are types, which
// strings and which names of sources. Records may be longer; what stands behind these words nobody knows yet, so it
// cannot be carried over.
const kinds = [
  { list: 'funcInfo', width: 2, types: [1], strings: [], sources: [] },
  { list: 'lineInfo', width: 4, types: [], strings: [2], sources: [1] },
  { list: 'coreRelos', width: 4, types: [1], strings: [2], sources: [] },
] as const

/** Puts the records about the instructions of all objects together, by the sections of the result. */
export function mergeExt(inputs: readonly LinkInput[], layout: Layout, dead: DeadRanges, translation: Translation): BtfExt {
  const merged: Record<keyof BtfExt, BtfExtSection[]> = { funcInfo: [], lineInfo: [], coreRelos: [] }
  for (const kind of kinds) {
    const bySection = new Map<string, number[]>()
    for (const input of inputs) {
      for (const section of input.ext[kind.list]) {
        const name = input.strings.at(section.nameOffset)
        const words = bySection.get(name) ?? []
        bySection.set(name, words)
        addRecords(input, section, name, kind, { words, layout, dead, translation })
      }
    }
    for (const [name, words] of bySection) {
      if (words.length === 0) continue
      const facts = { recordSize: kind.width * 4, count: words.length / kind.width, words: Uint32Array.from(words) }
      merged[kind.list].push({ nameOffset: translation.string(name), ...facts })
    }
  }
  return merged
}

interface Surroundings {
  words: number[]
  layout: Layout
  dead: DeadRanges
  translation: Translation
}

function addRecords(
  input: LinkInput,
  { words, recordSize, count }: BtfExtSection,
  name: string,
  { types, strings, sources, list, width }: (typeof kinds)[number],
  { words: out, layout, dead, translation }: Surroundings,
): void {
  const section = input.elf.section(name)
  const placed = section === undefined ? undefined : layout.placeOf(input, section.index)
  if (section === undefined || placed === undefined) {
    if (count === 0) return
    throw new ObjectError({ file: input.file, path: `.BTF.ext/${list}`, expected: `a section of code "${name}", but there is none` })
  }
  const ownWidth = recordSize / 4
  for (let index = 0; index < count; index += 1) {
    const record = words.subarray(index * ownWidth, (index + 1) * ownWidth)
    const offset = record[0] ?? 0
    if (offset >= section.size) {
      const path = `.BTF.ext/${list}/${name}[${index}]`
      throw new ObjectError({ file: input.file, path, expected: `an instruction of the section, not one at byte ${offset}` })
    }
    if (dead.has(input, section.index, offset)) continue
    const start = out.length
    for (let at = 0; at < width; at += 1) out.push(record[at] ?? 0)
    out[start] = offset + placed.base
    for (const at of types) out[start + at] = translation.typeId(input, record[at] ?? 0)
    for (const at of sources) out[start + at] = translation.source(input.strings.at(record[at] ?? 0))
    for (const at of strings) out[start + at] = translation.string(input.strings.at(record[at] ?? 0))
  }
}
