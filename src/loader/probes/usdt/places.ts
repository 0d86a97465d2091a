import { type ElfFile, ET, PF } from '../../../elf/index.ts'
import { ObjectError } from '../../../errors/index.ts'
import { type Binary, fileOffset, segmentAt } from '../binary.ts'
import { readUsdtNotes } from './notes.ts'
import { parseArguments, type UsdtArgument } from './operands.ts'

/** A place of a probe, ready to be attached to. */
export interface UsdtPlace {
  /** Of the instruction: in memory when the program is not moved, and in the file. */
  address: bigint
  offset: bigint
  /** Of its semaphore in the file; 0 when it has none. */
  referenceCounter: bigint
  arguments: readonly UsdtArgument[]
}

/** What `usdt.bpf.h` has room for. */
const mostArguments = 12

/** The places of a probe; a compiler that inlines a function makes several. None when the file has no such probe. */
export function usdtPlaces({ elf, path }: Binary, provider: string, name: string): UsdtPlace[] {
  const what = `probe ${provider}:${name}`
  const fail = (expected: string): never => {
    throw new ObjectError({ file: path, path: what, expected })
  }
  let symbols: ReadonlyMap<string, ReadonlySet<bigint>> | undefined
  // Two static variables may have one name: then which of them is meant cannot be told.
  const addressOf = (symbol: string): bigint | undefined => {
    symbols ??= addressesByName(elf)
    const [address, ...others] = symbols.get(symbol) ?? []
    return others.length === 0 ? address : undefined
  }
  return readUsdtNotes(elf)
    .filter((note) => note.provider === provider && note.name === name)
    .map((note) => {
      const { address, semaphore } = note
      const segment = segmentAt(elf, address)
      if (segment === undefined || (segment.flags & PF.X) === 0) return fail(`an instruction at 0x${address.toString(16)}, but there is none`)
      const args = parseArguments(note.arguments, { machine: elf.machine, address, fixed: elf.type === ET.EXEC, addressOf, fail })
      if (args.length > mostArguments) fail(`at most ${mostArguments} arguments, not ${args.length}`)
      const counter = semaphore === 0n ? 0n : fileOffset(elf, semaphore)
      if (counter === undefined) return fail(`a semaphore at 0x${semaphore.toString(16)}, but the file has no bytes there`)
      return { address, offset: address - segment.address + segment.offset, referenceCounter: counter, arguments: args }
    })
}

function addressesByName(elf: ElfFile): Map<string, Set<bigint>> {
  const found = new Map<string, Set<bigint>>()
  for (const { name, value, section } of elf.symbols) {
    if (section !== 0) found.set(name, (found.get(name) ?? new Set()).add(BigInt(value)))
  }
  return found
}

/** The probes of a file, for messages: `provider:name`, each once. */
export const probeNames = ({ elf }: Binary): string[] => [
  ...new Set(readUsdtNotes(elf).map(({ provider, name }) => `${provider}:${name}`)),
]
