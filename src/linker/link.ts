import { BtfEditor, dedupBtf, encodeBtf, encodeBtfExt, parseBtf } from '../btf/index.ts'
import { EM_BPF, encodeElf, ET_REL, type NewElfSection, SHT, STB } from '../elf/index.ts'
import { ObjectError, UsageError } from '../errors/index.ts'
import { DeadRanges } from './dead.ts'
import { mergeExt } from './ext.ts'
import { resolveGlobals } from './globals.ts'
import { type LinkInput, readInput } from './input.ts'
import { isDefinition } from './mention.ts'
import { linkRelocations } from './relocations.ts'
import { layOut } from './sections.ts'
import { LinkedSymbols } from './symbols.ts'
import { mergeTypes } from './types.ts'

/** An object to link: its bytes, and its name for errors. */
export interface ObjectToLink {
  readonly bytes: Uint8Array
  readonly file: string
}

export interface LinkedObject {
  /** An object file. */
  readonly bytes: Uint8Array
  /** What no object defines. What has no section has to come from another object yet. */
  readonly unresolved: readonly { readonly name: string; readonly section: string; readonly weak: boolean }[]
  /** Weak definitions that another object's took the place of. */
  readonly overridden: readonly { readonly name: string; readonly file: string; readonly by: string }[]
}

interface LinkOptions {
  /** What the result calls a source file that an object knows by `name`, where it tells of its lines. */
  sourceName?: (name: string) => string
}

const same = (name: string): string => name

/**
 * Makes one BPF object of several, in which each can use what the others define. Where two have a weak definition the
 * first one counts. What no object defines is left open. The bytes of the objects are not changed.
 *
 * Throws an `ObjectError` for an object that is damaged, and where objects disagree.
 */
export function linkObjects(objects: readonly ObjectToLink[], { sourceName = same }: LinkOptions = {}): LinkedObject {
  const inputs = objects.map(({ bytes, file }) => readInput(bytes, file))
  const [first] = inputs
  if (first === undefined) throw new UsageError('there is nothing to link', { hint: 'name at least one object' })
  const { littleEndian } = first.elf
  for (const input of inputs) checkByteOrder(input, first)

  const layout = layOut(inputs)
  const globals = resolveGlobals(inputs, layout)
  const symbols = new LinkedSymbols(inputs, layout, globals)
  const dead = new DeadRanges(globals.values())
  linkRelocations(inputs, layout, symbols, dead)

  const merged = mergeTypes(inputs, layout, globals)
  const { btf, ids } = dedupBtf(merged.btf)
  const editor = new BtfEditor(btf)
  const ext = mergeExt(inputs, layout, dead, {
    typeId: (input, id) => ids[merged.idOf(input, id)] ?? 0,
    string: (text) => editor.addString(text),
    source: (name) => editor.addString(sourceName(name)),
  })
  const types = parseBtf(editor.encode(), { file: 'the linked object', path: '.BTF' })
  const sections = [...layout.sections, unallocated('.BTF', encodeBtf(types, { littleEndian }))]
  // libbpf refuses one that says nothing, as for an object of maps alone.
  const isSilent = Object.values(ext).every((list) => list.length === 0)
  if (!isSilent) sections.push(unallocated('.BTF.ext', encodeBtfExt(ext, { littleEndian })))
  const names = [...globals.values()]
  return {
    bytes: encodeElf({ littleEndian, type: ET_REL, machine: EM_BPF, sections, symbols: symbols.all }),
    unresolved: names
      .filter(({ isDefined }) => !isDefined)
      .map(({ name, meant, binding }) => ({ name, section: meant.section, weak: binding === STB.WEAK })),
    overridden: names.flatMap(({ name, meant, others }) =>
      others.filter(isDefinition).map(({ input }) => ({ name, file: input.file, by: meant.input.file })),
    ),
  }
}

function checkByteOrder({ file, elf }: LinkInput, first: LinkInput): void {
  if (elf.littleEndian === first.elf.littleEndian) return
  const order = (is: boolean) => `${is ? 'little' : 'big'}-endian`
  const expected = `an object that is ${order(first.elf.littleEndian)} as ${first.file}, not ${order(elf.littleEndian)}`
  throw new ObjectError({ file, path: 'header', expected })
}

const unallocated = (name: string, data: Uint8Array): NewElfSection => ({
  name,
  type: SHT.PROGBITS,
  flags: 0,
  align: 8,
  entrySize: 0,
  data,
  size: data.length,
  relocations: [],
})
