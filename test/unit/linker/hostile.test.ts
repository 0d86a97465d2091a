import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import { linkObjects } from '../../../src/linker/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { writeElf } from '../../support/elf-writer.ts'
import { func, linkable, mapType, userOfAll, variable } from '../../support/linkable.ts'
import { nothing } from '../../support/object-writer.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('linking, hostile')

const example = readFileSync(join(import.meta.dirname, '../../../src/cc-examples/bpf_reno.bpf.o'))

/** One of everything. */
const user = linkable('user.o', [...userOfAll, variable('zero', { section: '.bss', bytes: new Uint8Array(4) })])
const library = linkable('library.o', [
  func('work', { insns: nothing, weak: true }),
  variable('number', { bytes: new Uint8Array(4) }),
  variable('table', { bytes: new Uint8Array(32), section: '.maps', type: mapType({ type: 2, max_entries: 8 }) }),
])

/** Links damaged bytes with whole ones; what then comes out is at least an ELF file with types. */
function link(bytes: Uint8Array, other: Uint8Array): boolean {
  const linked = survives(() => linkObjects([{ bytes, file: 'damaged.o' }, { bytes: other, file: 'whole.o' }]))
  if (linked instanceof Error) {
    assert.ok(linked instanceof ObjectError && linked.expected !== '', linked.message)
    return false
  }
  survives(() => openObject(linked.bytes, 'linked.o'))
  return true
}

const cases = [
  ['a user of a library', user.bytes, library.bytes],
  ['a library', library.bytes, user.bytes],
  ['an example', example, library.bytes],
] as const

for (const [name, whole, other] of cases) {
  test(`${name}, cut anywhere, is refused`, () => {
    assert.is(link(whole, other), true)
    for (let length = 0; length < whole.length; length += 64) assert.is(link(whole.subarray(0, length), other), false)
  })

  test(`${name}, with bits flipped, is linked or refused`, () => {
    const outcomes = { linked: 0, refused: 0 }
    for (let bit = 0; bit < whole.length * 8; bit += whole.length > 4000 ? 97 : 7) {
      const bytes = new Uint8Array(whole)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      outcomes[link(bytes, other) ? 'linked' : 'refused'] += 1
    }
    assert.ok(outcomes.linked > 50 && outcomes.refused > 50, JSON.stringify(outcomes))
  })
}

const types = () => {
  const writer = new BtfWriter()
  writer.int('int', 4)
  return writer
}

test('sections that are to be aligned beyond measure are refused', () => {
  for (const align of [3, 2 ** 17, 2 ** 40]) {
    const bytes = writeElf({ sections: [{ name: '.data', flags: 3, data: new Uint8Array(1), align }, { name: '.BTF', data: types().bytes() }] })
    assert.match(objectError(() => linkObjects([{ bytes, file: 'f' }])).expected, 'an alignment that is a power of two')
  }
})

test('many small sections that would take much room are refused before they take it', () => {
  const small = Array.from({ length: 20_000 }, () => ({ name: '.data', flags: 3, data: new Uint8Array(1), align: 2 ** 16 }))
  const bytes = writeElf({ sections: [...small, { name: '.BTF', data: types().bytes() }] })
  assert.match(objectError(() => linkObjects([{ bytes, file: 'f' }])).expected, 'bytes in all')
})

test('more sections than a file can number are refused', () => {
  const many = (prefix: string) => {
    const sections = Array.from({ length: 30_000 }, (_, index) => ({ name: `${prefix}${index}`, flags: 3, data: new Uint8Array() }))
    return { bytes: writeElf({ sections: [...sections, { name: '.BTF', data: types().bytes() }] }), file: prefix }
  }
  assert.match(objectError(() => linkObjects([many('a'), many('b')])).expected, 'fewer sections')
})

test('types without an end are compared in bounded time', () => {
  const circle = (file: string, isDefined: boolean) => {
    const writer = new BtfWriter()
    // Each of 60 structs has two pointers to functions of the next: 2^60 ways to the end, and from there to the start.
    const first = writer.ahead()
    for (let level = 0; level < 60; level += 1) {
      const next = level === 59 ? first : writer.ahead(6)
      const one = writer.proto(next, [next])
      const other = writer.proto(next, [next, next])
      const pointers = [writer.ptr(one), writer.ptr(other)] as const
      writer.struct(`s${level}`, [['a', pointers[0]], ['b', pointers[1]]])
      writer.volatile(writer.ahead(-2))
    }
    writer.var('v', writer.ahead(-2), isDefined ? 1 : 2)
    const data = { name: '.data', flags: 3, data: new Uint8Array(16) }
    const symbol = isDefined ? { name: 'v', section: '.data', type: 1, size: 16 } : { name: 'v' }
    return { bytes: writeElf({ sections: [data, { name: '.BTF', data: writer.bytes() }], symbols: [symbol] }), file }
  }
  survives(() => linkObjects([circle('a.o', false), circle('b.o', true)]))
})

test('strings that share their bytes are refused', () => {
  const writer = new BtfWriter()
  const at = writer.string('x'.repeat(4000))
  for (let index = 0; index < 3900; index += 1) writer.raw([at + index, 0x0700_0000, 0])
  const bytes = writeElf({ sections: [{ name: '.BTF', data: writer.bytes() }] })
  assert.match(objectError(() => linkObjects([{ bytes, file: 'f' }])).expected, 'bytes of their own')
})

test('an object without types, and a file for another machine, are refused', () => {
  assert.match(objectError(() => linkObjects([{ bytes: writeElf({}), file: 'f' }])).path, '.BTF')
  assert.match(objectError(() => linkObjects([{ bytes: writeElf({ machine: 62 }), file: 'f' }])).expected, 'for machine 62')
})

test.run()
