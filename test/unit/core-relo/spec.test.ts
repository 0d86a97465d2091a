import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE, type CoreKind, CoreResolver } from '../../../src/core-relo/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { resolver, u32, u64 } from '../../support/core-sides.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('co-re records')

test('records that make no sense are refused', () => {
  const ask = resolver({
    local: (writer) => writer.struct('sock', [['a', u32(writer)], ['b', u64(writer)], ['c', u32(writer)]]),
    kernel: (writer) => writer.struct('sock', []),
  })
  const bad: [CoreKind, string, RegExp | string][] = [
    [CORE.FIELD_BYTE_OFFSET, '', /access "": at most 64 numbers/],
    [CORE.FIELD_BYTE_OFFSET, '0:', /numbers up to 2147483647 with colons between them/],
    [CORE.FIELD_BYTE_OFFSET, ':0', /with colons/],
    [CORE.FIELD_BYTE_OFFSET, '-1', /with colons/],
    [CORE.FIELD_BYTE_OFFSET, '0:1e3', /with colons/],
    [CORE.FIELD_BYTE_OFFSET, '0:2147483648', /numbers up to 2147483647/],
    [CORE.FIELD_BYTE_OFFSET, `0:${'9'.repeat(400)}`, /numbers up to 2147483647/],
    [CORE.FIELD_BYTE_OFFSET, Array(65).fill('0').join(':'), /at most 64 numbers/],
    [CORE.FIELD_BYTE_OFFSET, '0:3', /one of the 3 members of struct sock/],
    [CORE.FIELD_BYTE_OFFSET, '0:0:0', /a struct, union or array to go on from, not int unsigned int/],
    [CORE.TYPE_SIZE, '0:0', /"0", as for every relocation of a whole type/],
    [CORE.ENUMVAL_VALUE, '0', /an enum, not struct/],
  ]
  for (const [kind, access, expected] of bad) assert.match(objectError(() => ask(kind, access)).expected, expected)
  const core = new CoreResolver(new BtfWriter().parse('cc.bpf.o'), { kernel: new BtfWriter().parse(), modules: () => [] })
  for (const type of [7, 0xffff_ffff]) {
    assert.match(objectError(() => core.resolve({ offset: 0, type, access: '0', kind: CORE.TYPE_SIZE })).path, `type[${type}]`)
  }
  for (const kind of [13, 0xffff_ffff]) {
    assert.match(objectError(() => core.resolve({ offset: 0, type: 0, access: '0', kind })).expected, `of kind 0 to 12, not ${kind}`)
  }
})

test('an enumerator has one number, and one that is there', () => {
  const ask = resolver({ local: (writer) => writer.enum('e', { A: 1 }), kernel: (writer) => writer.enum('e', { A: 1 }) })
  assert.match(objectError(() => ask(CORE.ENUMVAL_VALUE, '0:0')).expected, 'the one number of an enumerator')
  assert.match(objectError(() => ask(CORE.ENUMVAL_VALUE, '1')).expected, 'one of the 1 enumerators')
})

test.run()
