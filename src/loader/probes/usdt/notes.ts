import { Cursor } from '../../../bytes/index.ts'
import { type ElfFile, SHT } from '../../../elf/index.ts'

/** One place in a program where it says that something happens: a note of the section `.note.stapsdt`. */
export interface UsdtNote {
  provider: string
  name: string
  /** Where the arguments are at that place, in the assembler's words. */
  arguments: string
  /** Of the instruction, in memory when it is not moved. */
  address: bigint
  /** Of the u16 that says whether somebody listens, in memory; 0 when there is none. */
  semaphore: bigint
}

// ABI: Elf64_Nhdr, elf.h; the type and name of the notes, and what they hold, are those of SystemTap's sys/sdt.h.
const STAPSDT_TYPE = 3
const STAPSDT_NAME = 'stapsdt'
const align = (size: number): number => Math.ceil(size / 4) * 4

/** The notes in file order. A file without probes has none. */
export function readUsdtNotes(elf: ElfFile): UsdtNote[] {
  const section = elf.section('.note.stapsdt')
  if (section === undefined || section.type !== SHT.NOTE) return []
  const found: UsdtNote[] = []
  const whole = new Cursor(section.data, { file: elf.file, path: section.name, littleEndian: elf.littleEndian })
  for (let at = 0; at < section.data.length; ) {
    const header = whole.range(at, 12, `note at ${at}`)
    const [nameSize, size, type] = [header.u32(), header.u32(), header.u32()]
    const name = whole.range(at + 12, nameSize, `name of the note at ${at}`)
    const start = at + 12 + align(nameSize)
    const body = whole.range(start, size, `note at ${at}`)
    if (type === STAPSDT_TYPE && name.name(0, 'the name') === STAPSDT_NAME) found.push(readNote(body, elf))
    at = start + align(size)
  }
  return found
}

function readNote(body: Cursor, elf: ElfFile): UsdtNote {
  const [place, base, semaphore] = [body.u64(), body.u64(), body.u64()]
  const texts = body.range(body.offset, body.remaining, 'texts')
  const provider = texts.name(0, 'the provider')
  const nameAt = Buffer.byteLength(provider) + 1
  const name = texts.name(nameAt, 'the name')
  // A tool that moved the program (prelink) moved this section along, but could not see into the notes.
  const moved = elf.section('.stapsdt.base')?.address ?? 0n
  const shift = base === 0n || moved === 0n ? 0n : moved - base
  return {
    provider,
    name,
    arguments: texts.name(nameAt + Buffer.byteLength(name) + 1, 'the arguments'),
    address: BigInt.asUintN(64, place + shift),
    semaphore: semaphore === 0n ? 0n : BigInt.asUintN(64, semaphore + shift),
  }
}
