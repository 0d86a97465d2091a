import * as fc from 'fast-check'
import { suite } from 'uvu'
import { CoreResolver } from '../../../src/core-relo/index.ts'
import { anyType, writeType } from '../../support/any-btf.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { resolver, type Types, u32 } from '../../support/core-sides.ts'
import { survives } from '../../support/refusals.ts'

const test = suite('co-re, hostile')

const kinds = Array.from({ length: 14 }, (_, kind) => kind)

/** Asks everything about a type at which an access begins. */
function askAll(ask: ReturnType<typeof resolver>, accesses: readonly string[], limitMs = 1000): void {
  for (const kind of kinds) {
    for (const access of accesses) survives(() => ask(kind, access), limitMs)
  }
}

test('any types on both sides are answered or refused', () => {
  const access = fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join(':'))
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 15 }), fc.array(anyType, { maxLength: 15 }), access, (ours, theirs, path) => {
      const [local, kernel] = [new BtfWriter(), new BtfWriter()]
      for (const type of ours) writeType(local, type)
      for (const type of [...theirs, ...ours]) writeType(kernel, type)
      const core = new CoreResolver(local.parse(), { kernel: kernel.parse(), modules: () => [] })
      for (let type = 0; type <= ours.length + 1; type += 1) {
        for (const kind of kinds) survives(() => core.resolve({ offset: 0, type, access: path, kind }))
      }
    }),
  )
})

test('arrays of arrays of more bytes than there are numbers', () => {
  const huge: Types = (writer) => {
    let id = u32(writer)
    for (let depth = 0; depth < 31; depth += 1) id = writer.array(id, 0xffff_ffff)
    return writer.struct('s', [['f', id], ['g', writer.array(u32(writer), 0x3fff_ffff)]])
  }
  askAll(resolver({ local: huge, kernel: huge }), ['0', '0:0', '2147483647', '0:0:7', '0:1:2147483646', '2147483647:1:2147483646'])
})

test('structs that contain themselves, without a name or with one', () => {
  for (const name of ['', 'again']) {
    const itself: Types = (writer) => writer.struct('s', [[name, writer.ahead()], [name, writer.ahead()], ['f', writer.ahead()]], 8)
    askAll(resolver({ local: itself, kernel: itself }), ['0', '0:0', '0:2', '0:0:0:0:2', Array(64).fill('0').join(':')])
  }
})

test('anonymous structs that each contain the next one twice', () => {
  const nested = (last: string): Types => (writer) => {
    let id = writer.struct('', [[last, u32(writer)]])
    for (let depth = 0; depth < 60; depth += 1) id = writer.struct('', [['', id], ['', id]], 8)
    return writer.struct('s', [['', id], ['f', u32(writer)]])
  }
  askAll(resolver({ local: nested('other'), kernel: nested('f') }), ['0:1'], 100)
  askAll(resolver({ local: nested('other'), kernel: nested('none') }), ['0:1', '0:0:0:0'], 100)
})

test('structs of tens of thousands of members', () => {
  const wide: Types = (writer) => {
    const int = u32(writer)
    return writer.struct('s', Array.from({ length: 60_000 }, (_, index) => [`m${index}`, int] as const))
  }
  askAll(resolver({ local: wide, kernel: wide }), ['0', '0:59999'])
})

test('bitfields of any place, size and type', () => {
  const word = fc.oneof(fc.nat(80), fc.nat(0xff_ffff))
  fc.assert(
    fc.property(word, fc.nat(255), fc.constantFrom(0, 1, 3, 4, 8, 16, 100, 0xffff_ffff), (bit, bits, size) => {
      const field: Types = (writer) => writer.struct('s', [['f', writer.int('i', size), { bit, bits }]], 24)
      askAll(resolver({ local: field, kernel: field }), ['0:0'])
    }),
  )
})

test.run()
