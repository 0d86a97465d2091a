import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE } from '../../../src/core-relo/index.ts'
import { BtfMismatchError } from '../../../src/errors/index.ts'
import { int, resolver, type Sides, type Types, u32, u64, value } from '../../support/core-sides.ts'

const test = suite('candidates of co-re relocations')

function mismatch(action: () => unknown): BtfMismatchError {
  try {
    action()
  } catch (error) {
    if (error instanceof BtfMismatchError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('typedefs are found as typedefs, and looked through for fields', () => {
  const sides: Sides = {
    local: (writer) => writer.typedef('sock_t', writer.struct('', [['a', int(writer)]])),
    kernel: (writer) => writer.typedef('sock_t', writer.const(writer.struct('', [['b', u64(writer)], ['a', int(writer)]]))),
  }
  assert.is(value(sides, CORE.FIELD_BYTE_OFFSET, '0:0'), 8n)
  assert.is(value(sides, CORE.TYPE_SIZE), 16n)
  assert.is(value({ ...sides, kernel: (writer) => writer.struct('sock_t', [['a', int(writer)]]) }, CORE.TYPE_EXISTS), 0n)
})

test('the flavour of a type does not matter, on either side', () => {
  const local: Types = (writer) => writer.struct('sock___mine', [['a', int(writer)]])
  const kernel = (name: string): Types => (writer) => writer.struct(name, [['b', u64(writer)], ['a', int(writer)]])
  assert.is(value({ local, kernel: kernel('sock') }, CORE.FIELD_BYTE_OFFSET, '0:0'), 8n)
  assert.is(value({ local, kernel: kernel('sock___2') }, CORE.FIELD_BYTE_OFFSET, '0:0'), 8n)
  assert.is(value({ local, kernel: kernel('sock__') }, CORE.FIELD_BYTE_OFFSET, '0:0'), null)
})

test('two structs of the name are no matter as long as they agree', () => {
  const local: Types = (writer) => writer.struct('sock', [['a', u32(writer)], ['b', u32(writer)], ['c', u32(writer)]])
  const kernel: Types = (writer) => {
    writer.struct('sock', [['a', u32(writer)], ['b', u32(writer)]])
    return writer.struct('sock___2', [['a', u32(writer)], ['x', u32(writer)], ['b', u32(writer)], ['c', u32(writer)]])
  }
  const ask = resolver({ local, kernel })
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:0').value, 0n)
  const error = mismatch(() => ask(CORE.FIELD_BYTE_OFFSET, '0:1'))
  assert.match(error.message, 'struct sock.b: the kernel has more than one such type (ids 3 and 8)')
  assert.match(error.message, 'its field byte offset differs')
  assert.match(mismatch(() => ask(CORE.TYPE_ID_TARGET)).message, 'target type id differs')
  assert.match(mismatch(() => ask(CORE.TYPE_SIZE)).message, 'type size differs')
})

test('a field that only one of two structs has tells which one is meant from then on', () => {
  const local: Types = (writer) => writer.struct('sock', [['a', u32(writer)], ['b', u32(writer)], ['gone', u32(writer)]])
  const kernel: Types = (writer) => {
    writer.struct('sock', [['b', u32(writer)]])
    return writer.struct('sock', [['a', u32(writer)], ['b', u32(writer)]])
  }
  const ask = resolver({ local, kernel })
  // A field that none of them has decides nothing.
  assert.is(ask(CORE.FIELD_EXISTS, '0:2').value, 0n)
  assert.is(ask(CORE.FIELD_EXISTS, '0:0').value, 1n)
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:1').value, 4n)
})

test('modules are asked only when the kernel has no type of the name', () => {
  const local: Types = (writer) => writer.struct('sock', [['a', u32(writer)]])
  const inModule: Types = (writer) => writer.struct('sock', [['b', u64(writer)], ['a', u32(writer)]])
  const nothing: Types = (writer) => writer.struct('nothing', [])
  assert.is(value({ local, kernel: nothing, modules: [nothing, inModule] }, CORE.FIELD_BYTE_OFFSET, '0:0'), 8n)
  assert.is(value({ local, kernel: local, modules: [inModule] }, CORE.FIELD_BYTE_OFFSET, '0:0'), 0n)
})

test.run()
