import type { ElfSection, ElfSymbol } from '../../elf/index.ts'
import { insnSize } from '../code/instructions.ts'
import type { FunctionSpec } from '../object.ts'

/** Where the compiler puts the tables of `switch` statements and of computed jumps. */
export const jumpTableSection = '.jumptables'

// ABI: a table has one u64 for each place, in bytes from the start of the section of the code.
const entrySize = 8

/** The instructions that a table leads to, counted from the start of the function that jumps. */
export function readJumpTable(
  { data }: ElfSection,
  { value: start, size }: ElfSymbol,
  code: FunctionSpec,
  fail: (expected: string) => never,
): number[] {
  if (size === 0 || size % entrySize !== 0 || start % entrySize !== 0 || start + size > data.length) {
    return fail(`a jump table inside of its section, not ${size} bytes at ${start} of ${data.length}`)
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  return Array.from({ length: size / entrySize }, (_, index) => {
    const place = Number(view.getBigUint64(start + index * entrySize, true)) - code.offset
    if (place >= 0 && place < code.bytes.length && place % insnSize === 0) return place / insnSize
    return fail(`a jump table into function "${code.name}", but entry ${index} leads to byte ${place} of its ${code.bytes.length}`)
  })
}
