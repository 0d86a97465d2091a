import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EM, ET, parseElf, SHT } from '../../../../src/elf/index.ts'
import { ObjectError } from '../../../../src/errors/index.ts'
import { readUsdtNotes } from '../../../../src/loader/probes/usdt/notes.ts'
import { writeElf } from '../../../support/elf-writer.ts'

const test = suite('notes of USDT')

interface Note {
  owner?: string
  type?: number
  place: bigint
  base: bigint
  semaphore: bigint
  texts: string[]
}

const sample: Note = { place: 0x1130n, base: 0x2000n, semaphore: 0x4010n, texts: ['libc', 'setjmp', '8@%rdi -4@%esi'] }

/** As the assembler writes it: sizes, type, owner and content, each at a multiple of four. */
function note({ owner = 'stapsdt', type = 3, place, base, semaphore, texts }: Note, littleEndian = true): Buffer {
  const numbers = Buffer.alloc(24)
  const view = new DataView(numbers.buffer, numbers.byteOffset, 24)
  for (const [at, value] of [place, base, semaphore].entries()) view.setBigUint64(at * 8, value, littleEndian)
  const content = Buffer.concat([numbers, Buffer.from(texts.map((text) => `${text}\0`).join(''))])
  const name = Buffer.from(`${owner}\0`)
  const header = Buffer.alloc(12)
  const sizes = new DataView(header.buffer, header.byteOffset, 12)
  for (const [at, value] of [name.length, content.length, type].entries()) sizes.setUint32(at * 4, value, littleEndian)
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
  return Buffer.concat([header, padded(name), padded(content)])
}

const read = (data: Uint8Array, littleEndian = true) => {
  const sections = [{ name: '.note.stapsdt', type: SHT.NOTE, data }]
  return readUsdtNotes(parseElf(writeElf({ littleEndian, type: ET.DYN, machine: EM.X86_64, sections }), 'victim'))
}

test('says of each place what it is, in both byte orders', () => {
  for (const littleEndian of [true, false]) {
    const others = [{ ...sample, texts: ['a', 'b', ''] }, { ...sample, owner: 'GNU' }, { ...sample, type: 1 }]
    const data = Buffer.concat([sample, ...others, sample].map((one) => note(one, littleEndian)))
    const first = { provider: 'libc', name: 'setjmp', arguments: '8@%rdi -4@%esi', address: 0x1130n, semaphore: 0x4010n }
    assert.equal(read(data, littleEndian), [first, { ...first, provider: 'a', name: 'b', arguments: '' }, first])
  }
})

test('a program without the section has no probes', () => {
  const bytes = writeElf({ type: ET.DYN, sections: [{ name: '.note.other', type: SHT.NOTE, data: note(sample) }] })
  assert.equal(readUsdtNotes(parseElf(bytes, 'victim')), [])
})

test('what prelink has moved is found by where the base has come to', () => {
  const bytes = writeElf({
    type: ET.DYN,
    sections: [
      { name: '.note.stapsdt', type: SHT.NOTE, data: Buffer.concat([note(sample), note({ ...sample, base: 0n, semaphore: 0n })]) },
      { name: '.stapsdt.base', data: Buffer.alloc(1) },
    ],
  })
  const table = Number(new DataView(bytes.buffer).getBigUint64(40, true))
  // ABI: sh_addr of Elf64_Shdr.
  new DataView(bytes.buffer).setBigUint64(table + 2 * 64 + 16, 0x2000n + 0x40_0000n, true)
  const [moved, still] = readUsdtNotes(parseElf(bytes, 'victim'))
  assert.equal([moved?.address, moved?.semaphore], [0x40_1130n, 0x40_4010n])
  assert.equal([still?.address, still?.semaphore], [0x1130n, 0n])
})

test('notes that are cut short or damaged are refused', () => {
  const data = note(sample)
  for (let length = 1; length < data.length - 3; length += 1) {
    assert.throws(() => read(data.subarray(0, length)), (error: unknown) => error instanceof ObjectError && error.path.startsWith('.note.stapsdt'), String(length))
  }
  fc.assert(
    fc.property(fc.nat(data.length - 1), fc.nat(255), fc.boolean(), (at, byte, twice) => {
      const damaged = Buffer.from(data)
      damaged[at] = byte
      try {
        assert.ok(read(twice ? Buffer.concat([damaged, data]) : damaged).length <= 2)
      } catch (error) {
        if (!(error instanceof ObjectError)) throw error
      }
    }),
    { numRuns: 3000 },
  )
})

test.run()
