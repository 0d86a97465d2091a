import { zeroTerminated } from '../bytes/index.ts'
import { type ElfSection, type NewElfSection, SHF, SHN, SHT } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'
import type { LinkInput } from './input.ts'

/** Where a section of an object has come to stand in the result. */
export interface Placed {
  readonly into: NewElfSection
  /** Of its first byte, in the section it became a part of. */
  readonly base: number
  /** It says what an earlier object's section says, which stands for both. */
  readonly repeats: boolean
}

/** The sections of the result, and where those of the objects went. */
export interface Layout {
  readonly sections: readonly NewElfSection[]
  /** Undefined for a section that the result is made without. */
  placeOf(input: LinkInput, section: number): Placed | undefined
  named(name: string): NewElfSection | undefined
}

type Fail = (expected: string) => never

/** More than any BPF object has, bytes: a few headers can demand any amount. */
const mostBytes = 2 ** 28
/** BTF numbers the bytes of a section with 32 bits. */
const mostMemory = 2 ** 32 - 1
const largestAlignment = 2 ** 16
const instructionSize = 8

/** Sections that say something about the object as a whole, so that all objects must say the same. */
const common: ReadonlySet<string> = new Set(['license', 'version'])

/** Puts the sections of one name behind each other. Debug information in other forms than BTF is left out. */
export function layOut(inputs: readonly LinkInput[]): Layout {
  const growing = new Map<string, GrowingSection>()
  const places = new Map(inputs.map((input) => [input, new Map<number, Placed>()]))
  let total = 0
  for (const input of inputs) {
    for (const section of input.elf.sections) {
      const fail: Fail = (expected) => {
        throw new ObjectError({ file: input.file, path: `section[${section.index}] "${section.name}"`, expected })
      }
      if (!isWanted(section, fail)) continue
      const known = growing.get(section.name)
      const target = known ?? new GrowingSection(section, input.file)
      growing.set(section.name, target)
      const repeats = known !== undefined && common.has(section.name)
      if (repeats) target.mustEqual(section, fail)
      const before = target.fileBytes
      const base = repeats ? 0 : target.append(section, fail)
      total += target.fileBytes - before
      if (total > mostBytes) fail(`sections of at most ${mostBytes} bytes in all`)
      places.get(input)?.set(section.index, { into: target.section, base, repeats })
    }
  }
  // Each may get one for its relocations.
  if (growing.size >= SHN.LORESERVE / 2 - 2) {
    throw new ObjectError({ file: inputs[0]?.file ?? '', path: '', expected: `fewer sections than ${growing.size} in all` })
  }
  for (const section of growing.values()) section.finish()
  return {
    sections: Array.from(growing.values(), ({ section }) => section),
    placeOf: (input, section) => places.get(input)?.get(section),
    named: (name) => growing.get(name)?.section,
  }
}

/** What a program is made of: code and data. An empty `.text` stands in every object. */
function isWanted({ name, type, flags, size }: ElfSection, fail: Fail): boolean {
  if ((flags & SHF.ALLOC) === 0 || name.startsWith('.eh_frame')) return false
  if (type !== SHT.PROGBITS && type !== SHT.NOBITS) return fail(`code or data (section type 1 or 8), not type ${type}`)
  return size > 0 || name !== '.text'
}

/** A section of the result while parts are added to it. */
class GrowingSection {
  readonly section: NewElfSection
  /** The object that it came from first. */
  readonly #from: string
  readonly #parts: { base: number; data: Uint8Array }[] = []

  constructor({ name, type, flags, entrySize, align }: ElfSection, from: string) {
    const none = { data: new Uint8Array(), size: 0, relocations: [] }
    this.section = { name, type, flags, entrySize, align, ...none }
    this.#from = from
  }

  /** Adds a part and returns where it stands. */
  append({ type, flags, align: wanted, entrySize, size, data }: ElfSection, fail: Fail): number {
    const into = this.section
    if (type !== into.type || flags !== into.flags) {
      const kind = (of: { type: number; flags: number }) => `type ${of.type} and flags ${of.flags}`
      fail(`the same kind as in ${this.#from}: ${kind(into)}, not ${kind({ type, flags })}`)
    }
    const isCode = (flags & SHF.EXECINSTR) !== 0
    const align = Math.max(1, wanted, isCode ? instructionSize : 1)
    if (align > largestAlignment || (align & (align - 1)) !== 0) {
      fail(`an alignment that is a power of two up to ${largestAlignment}, not ${align}`)
    }
    const base = Math.ceil(into.size / align) * align
    if (base + size > mostMemory) fail(`at most ${mostMemory} bytes`)
    into.size = base + size
    into.align = Math.max(into.align, align)
    if (into.entrySize !== entrySize) into.entrySize = 0
    if (type !== SHT.NOBITS) this.#parts.push({ base, data })
    return base
  }

  /** Of the file. */
  get fileBytes(): number {
    return this.section.type === SHT.NOBITS ? 0 : this.section.size
  }

  mustEqual({ name, data }: ElfSection, fail: Fail): void {
    const [part] = this.#parts
    if (part !== undefined && Buffer.compare(part.data, data) === 0) return
    const text = (bytes: Uint8Array) => `"${zeroTerminated(bytes, 0) ?? Buffer.from(bytes).toString('hex')}"`
    fail(`the same ${name} as in ${this.#from}, ${text(part?.data ?? new Uint8Array())}, not ${text(data)}`)
  }

  /** Puts the parts together, in bytes of its own. */
  finish(): void {
    if (this.section.type === SHT.NOBITS) return
    const data = new Uint8Array(this.section.size)
    for (const part of this.#parts) data.set(part.data, part.base)
    this.section.data = data
  }
}
