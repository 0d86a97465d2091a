import { type Btf, BtfBuilder, type BtfType, type BtfVarInfo, eachName, eachReference, wordsOf } from '../btf/index.ts'
import type { GlobalName } from './globals.ts'
import { LINKAGE, type LinkInput } from './input.ts'
import type { Layout, Placed } from './sections.ts'

/** The types of all objects in one BTF. */
export interface MergedTypes {
  readonly btf: Btf
  /** What a type of an object has become; 0 for what nothing in the result needs. */
  idOf(input: LinkInput, id: number): number
}

/**
 * Puts the types of all objects behind each other. A name that several objects know has one variable or function, and
 * each section of the result one list of its variables, at their places.
 */
export function mergeTypes(inputs: readonly LinkInput[], layout: Layout, globals: ReadonlyMap<string, GlobalName>): MergedTypes {
  const ids = new Map(inputs.map((input) => [input, new Uint32Array(input.btf.endId)]))
  const left = leftOut(inputs, layout, globals)
  let next = 1
  for (const input of inputs) {
    const numbers = ids.get(input) ?? new Uint32Array()
    for (let id = 1; id < input.btf.endId; id += 1) {
      if (input.btf.kind(id) === 'datasec' || left.get(input)?.has(id) === true) continue
      numbers[id] = next
      next += 1
    }
  }
  for (const { meant, others } of globals.values()) {
    const known = ids.get(meant.input)?.[meant.described ?? 0] ?? 0
    for (const { input, described } of others) {
      const numbers = ids.get(input)
      if (numbers !== undefined && described !== undefined) numbers[described] = known
    }
  }
  const idOf = (input: LinkInput, id: number) => ids.get(input)?.[id] ?? input.btf.fail(id, `a type id below ${input.btf.endId}`)

  const builder = new BtfBuilder()
  const sections = new Map<string, BtfVarInfo[]>()
  for (const input of inputs) {
    const isLeftOut = (id: number) => left.get(input)?.has(id) === true
    copyTypes(input, builder, isLeftOut, idOf)
    placeVariables(input, layout, sections, isLeftOut, idOf)
  }
  for (const [name, variables] of sections) {
    const inOrder = variables.toSorted((one, other) => one.offset - other.offset)
    builder.datasec(name, layout.named(name)?.size ?? 0, inOrder)
  }
  return { btf: builder.build('the linked object'), idOf }
}

/** The variables and functions that count for nothing, and what is said of them. */
function leftOut(
  inputs: readonly LinkInput[],
  layout: Layout,
  globals: ReadonlyMap<string, GlobalName>,
): Map<LinkInput, Set<number>> {
  const left = new Map(inputs.map((input) => [input, new Set<number>()]))
  for (const { others } of globals.values()) {
    for (const { input, described } of others) if (described !== undefined) left.get(input)?.add(described)
  }
  for (const [input, ids] of left) {
    for (const [id, section] of input.declaredIn) if (placeOfNamed(input, section, layout)?.repeats === true) ids.add(id)
    for (let id = 1; id < input.btf.endId; id += 1) {
      if (input.btf.kind(id) !== 'decl_tag') continue
      const tag = input.btf.type(id)
      if (tag.kind === 'decl_tag' && ids.has(tag.type)) ids.add(id)
    }
  }
  return left
}

/** Where the section of a name went. */
function placeOfNamed(input: LinkInput, name: string, layout: Layout): Placed | undefined {
  const section = input.elf.section(name)
  return section === undefined ? undefined : layout.placeOf(input, section.index)
}

function copyTypes(
  input: LinkInput,
  builder: BtfBuilder,
  isLeftOut: (id: number) => boolean,
  idOf: (input: LinkInput, id: number) => number,
): void {
  const { btf, strings } = input
  for (let id = 1; id < btf.endId; id += 1) {
    if (btf.kind(id) === 'datasec' || isLeftOut(id)) continue
    const words = wordsOf(btf, id).slice()
    eachReference(words, 0, (at) => {
      const to = words[at] ?? 0
      const moved = idOf(input, to)
      if (to !== 0 && moved === 0) btf.fail(id, `a type that others can be made of, not type ${to}`)
      words[at] = moved
    })
    eachName(words, 0, (at) => (words[at] = builder.addString(strings.at(words[at] ?? 0, id))))
    builder.addWords(words)
  }
}

// ABI: btf_type.info has 16 bits for the number of a section's variables.
const mostVariables = 0xffff

/** Adds the variables of an object to those of the sections. The compiler leaves the places of most to the symbols. */
function placeVariables(
  input: LinkInput,
  layout: Layout,
  sections: Map<string, BtfVarInfo[]>,
  isLeftOut: (id: number) => boolean,
  idOf: (input: LinkInput, id: number) => number,
): void {
  const { btf, elf } = input
  for (let id = 1; id < btf.endId; id += 1) {
    const datasec = btf.kind(id) === 'datasec' ? btf.type(id) : undefined
    if (datasec?.kind !== 'datasec') continue
    const section = elf.section(datasec.name)
    const placed = placeOfNamed(input, datasec.name, layout)
    if (placed?.repeats === true) continue
    const symbols = new Map((section === undefined ? [] : elf.symbolsOf(section)).map(({ name, value }) => [name, value]))
    const variables = sections.get(datasec.name) ?? []
    sections.set(datasec.name, variables)
    for (const variable of datasec.variables) {
      if (isLeftOut(variable.type)) continue
      const type = idOf(input, variable.type)
      const target = btf.type(variable.type)
      if (isExtern(target)) {
        variables.push({ type, offset: 0, size: variable.size })
        continue
      }
      if (section === undefined || placed === undefined) return btf.fail(id, `a section "${datasec.name}" in the object`)
      // Symbols of static variables may be missing or many.
      const isGlobal = target.kind === 'var' && target.linkage !== LINKAGE.STATIC
      const offset = (isGlobal ? symbols.get(target.name) : undefined) ?? variable.offset
      if (offset > section.size) btf.fail(id, `"${target.name}" inside its section`)
      variables.push({ type, offset: placed.base + offset, size: variable.size })
    }
    if (variables.length > mostVariables) btf.fail(id, `at most ${mostVariables} variables of a section in all objects`)
  }
}

const isExtern = (type: BtfType): boolean =>
  (type.kind === 'var' || type.kind === 'func') && type.linkage === LINKAGE.EXTERN
