import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findKernelStruct, matchStruct, type MatchReport, type MemberMatch } from '../../../src/btf-match/index.ts'
import { BtfWriter, type MemberToWrite } from '../../support/btf-writer.ts'
import { survives } from '../../support/refusals.ts'

const test = suite('matching a struct')

/** The types that the members of the tests are made of, the same on both sides. */
function typesIn(writer: BtfWriter) {
  const int = writer.int('int', 4, { signed: true })
  const u8 = writer.int('unsigned char', 1)
  const u32 = writer.int('unsigned int', 4)
  const u64 = writer.int('unsigned long', 8)
  const sock = writer.ptr(writer.struct('sock', [['state', int]]))
  return {
    writer,
    int,
    u8,
    u32,
    u64,
    sock,
    alias: writer.const(writer.typedef('u32', u32)),
    text: writer.array(u8, 16),
    longText: writer.array(u8, 32),
    pointer: writer.ptr(writer.struct('module', [])),
    void: writer.ptr(0),
    callback: writer.ptr(writer.proto(u32, [sock])),
    struct: writer.struct('pair', [['a', int], ['b', int]]),
    union: writer.union('either', [['a', u64], ['b', u64]]),
    enum: writer.enum('state', { A: 0 }),
  }
}

type Types = ReturnType<typeof typesIn>
type Members = (types: Types) => MemberToWrite[]

interface Local {
  /** Bytes that are not zero, by their place. */
  set?: Record<number, number>
  programs?: Record<string, string>
  optional?: string[]
}

function match(ours: Members, theirs: Members, { set = {}, programs = {}, optional = [] }: Local = {}): MatchReport {
  const local = typesIn(new BtfWriter())
  const type = local.writer.struct('ops___flavour', ours(local))
  const kernel = typesIn(new BtfWriter())
  const data = kernel.writer.struct('ops', theirs(kernel))
  kernel.writer.struct('bpf_struct_ops_ops', [['common', kernel.u64], ['data', data]])
  const btf = local.writer.parse('object')
  const struct = btf.type(type)
  const bytes = new Uint8Array(struct.kind === 'struct' ? struct.size : 0)
  for (const [at, value] of Object.entries(set)) bytes[Number(at)] = value
  return matchStruct(
    { map: 'mine', btf, type, bytes, programs: new Map(Object.entries(programs)), optional: new Set(optional) },
    findKernelStruct([kernel.writer.parse('kernel')], 'ops___flavour'),
  )
}

/** The one member of a struct of one. */
function member(ours: Members, theirs: Members, local?: Local): MemberMatch {
  const report = match(ours, theirs, local)
  const [first] = report.members
  if (first === undefined) throw new Error('no member')
  assert.is(report.compatible, first.status !== 'mismatch')
  return first
}

const reason = (ours: Members, theirs: Members, local?: Local): string => {
  const found = member(ours, theirs, local)
  return found.status === 'mismatch' ? found.reason : found.status
}

test('members are found by name: order and offsets are free', () => {
  const report = match(
    ({ int, text, callback }) => [['name', text], ['call', callback], ['flags', int]],
    ({ int, text, callback, u64 }) => [['added', u64], ['flags', int], ['call', callback], ['name', text]],
    { programs: { call: 'my_call' }, set: { 0: 65 } },
  )
  assert.is(report.map, 'mine')
  assert.is(report.struct, 'ops')
  assert.equal([report.localSize, report.kernelSize, report.compatible], [32, 40, true])
  const shared = { status: 'matched', warning: null }
  assert.equal(report.members, [
    { ...shared, name: 'name', kind: 'array', size: 16, localOffset: 0, kernelOffset: 24, kernelIndex: 3, program: null, declaration: 'unsigned char name[16]' },
    { ...shared, name: 'call', kind: 'ptr', size: 8, localOffset: 16, kernelOffset: 16, kernelIndex: 2, program: 'my_call', declaration: 'unsigned int (*call)(struct sock *)' },
    { ...shared, name: 'flags', kind: 'int', size: 4, localOffset: 24, kernelOffset: 8, kernelIndex: 1, program: null, declaration: 'int flags' },
    { status: 'kernel-only', name: 'added', kernelOffset: 0, size: 8, declaration: 'unsigned long added' },
  ])
})

test('a member that the kernel lacks is skipped while it is zero, with the nearest name', () => {
  const found = member(({ u64 }) => [['flagz', u64]], ({ u64 }) => [['flags', u64]])
  const expected = { status: 'skipped', name: 'flagz', localOffset: 0, program: null, nearest: 'flags' }
  assert.equal(found, { ...expected, declaration: 'unsigned long flagz' })
})

test('a member that the kernel lacks and that is set is a mismatch, at whichever of its bytes', () => {
  const ours: Members = ({ u64, text }) => [['first', u64], ['lacking', text]]
  const theirs: Members = ({ u64 }) => [['first', u64]]
  for (const byte of [8, 15, 23]) {
    const [, found] = match(ours, theirs, { set: { [byte]: 1 } }).members
    assert.equal(found, {
      status: 'mismatch',
      name: 'lacking',
      localOffset: 8,
      local: 'unsigned char lacking[16]',
      kernel: null,
      reason: `the kernel's struct has no member "lacking", and here it is set`,
      nearest: null,
    })
  }
  assert.ok(match(ours, theirs, { set: { 0: 1, 7: 1 } }).compatible)
})

test('a program in a member that the kernel lacks is a mismatch', () => {
  const ours: Members = ({ callback }) => [['tso_segz', callback]]
  const theirs: Members = ({ callback }) => [['tso_segs', callback]]
  const found = member(ours, theirs, { programs: { tso_segz: 'mine' } })
  assert.is(found.status === 'mismatch' && found.nearest, 'tso_segs')
  assert.match(reason(ours, theirs, { programs: { tso_segz: 'mine' } }), 'here it is set to program "mine"')
})

test('a program in an optional member that the kernel lacks is left out', () => {
  const found = member(({ callback }) => [['later', callback]], ({ callback }) => [['call', callback]], {
    programs: { later: 'mine' },
    optional: ['later'],
  })
  assert.is(found.status, 'skipped')
  assert.is(found.status === 'skipped' && found.program, 'mine')
})

test('an optional member that the kernel lacks may still not hold a value', () => {
  assert.match(reason(({ u64 }) => [['later', u64]], () => [], { set: { 3: 1 }, optional: ['later'] }), 'has no member')
})

test('an optional member that the kernel has is matched as any other', () => {
  const both: Members = ({ callback }) => [['call', callback]]
  assert.is(reason(both, both, { programs: { call: 'mine' }, optional: ['call'] }), 'matched')
  assert.match(reason(both, ({ u64 }) => [['call', u64]], { optional: ['call'] }), 'its kind is ptr here')
})

test('a bitfield on either side is a mismatch', () => {
  const bitfield: Members = ({ u32 }) => [['flags', u32, { bits: 3 }]]
  const whole: Members = ({ u32 }) => [['flags', u32]]
  assert.is(reason(bitfield, whole), 'it is a bitfield here, and bitfields cannot be set')
  assert.is(reason(whole, bitfield), 'it is a bitfield in the kernel, and bitfields cannot be set')
  assert.is(reason(bitfield, bitfield), 'it is a bitfield here and in the kernel, and bitfields cannot be set')
})

test('a bitfield that the kernel lacks is skipped although its neighbour in the same bytes is set', () => {
  const ours: Members = ({ u32, u8 }) => [['gone', u32, { bit: 0, bits: 8 }], ['kept', u8, { bit: 8 }]]
  const theirs: Members = ({ u8 }) => [['kept', u8]]
  assert.equal(match(ours, theirs, { set: { 1: 5 } }).members.map(({ status }) => status), ['skipped', 'matched'])
  assert.equal(match(ours, theirs, { set: { 0: 128 } }).members.map(({ status }) => status), ['mismatch', 'matched'])
})

test('bitfields that only the kernel has are told by the byte in which they begin', () => {
  const [found] = match(() => [], ({ u32 }) => [['flag', u32, { bit: 11, bits: 2 }]]).members
  assert.is(found?.status === 'kernel-only' && found.kernelOffset, 1)
})

test('another kind is a mismatch, and typedefs and qualifiers make none', () => {
  assert.is(reason(({ alias }) => [['m', alias]], ({ u32 }) => [['m', u32]]), 'matched')
  assert.is(reason(({ int }) => [['m', int]], ({ alias }) => [['m', alias]]), 'matched')
  const kinds = ['int', 'pointer', 'text', 'struct', 'union', 'enum'] as const
  for (const ours of kinds) {
    for (const theirs of kinds) {
      const found = reason((types) => [['m', types[ours]]], (types) => [['m', types[theirs]]])
      if (ours === theirs) assert.is(found, 'matched')
      else assert.match(found, /^its kind is (int|ptr|array|struct|union|enum) here and \w+ in the kernel$/)
    }
  }
})

test('a kind that differs is a mismatch also for a member that is zero', () => {
  const found = member(({ pointer }) => [['flags', pointer]], ({ u64 }) => [['flags', u64]])
  assert.equal(found, {
    status: 'mismatch',
    name: 'flags',
    localOffset: 0,
    local: 'struct module *flags',
    kernel: 'unsigned long flags',
    reason: 'its kind is ptr here and int in the kernel',
    nearest: null,
  })
})

test('another size is a mismatch', () => {
  assert.is(reason(({ u64 }) => [['m', u64]], ({ u32 }) => [['m', u32]]), 'its size is 8 bytes here and 4 in the kernel')
  assert.match(reason(({ text }) => [['m', text]], ({ longText }) => [['m', longText]]), 'its size is 16 bytes here and 32')
  assert.match(reason(({ struct }) => [['m', struct]], ({ writer, u8 }) => [['m', writer.struct('pair', [['a', u8]])]]), 'size')
})

test('structs and unions are compared by size, not by what is in them', () => {
  const ours: Members = ({ writer, u64 }) => [['m', writer.struct('other', [['c', u64]])]]
  assert.is(reason(ours, ({ struct }) => [['m', struct]], { set: { 0: 1 } }), 'matched')
})

test('a NULL pointer fits any pointer', () => {
  for (const ours of ['pointer', 'void', 'callback', 'sock'] as const) {
    for (const theirs of ['pointer', 'void', 'callback', 'sock'] as const) {
      assert.is(reason((types) => [['m', types[ours]]], (types) => [['m', types[theirs]]]), 'matched')
    }
  }
})

test('a pointer that is set to a number is a mismatch', () => {
  const both: Members = ({ pointer }) => [['owner', pointer]]
  assert.match(reason(both, both, { set: { 7: 1 } }), 'it is a pointer and set to a number')
})

test('a program fits a function pointer only', () => {
  const filled = { programs: { m: 'mine' } }
  const call: Members = ({ callback }) => [['m', callback]]
  assert.is(reason(call, call, filled), 'matched')
  assert.is(reason(({ void: pointer }) => [['m', pointer]], call, filled), 'matched')
  const expected = `program "mine" is put into it, and the kernel's member is no function pointer`
  assert.is(reason(call, ({ pointer }) => [['m', pointer]], filled), expected)
  assert.is(reason(call, ({ void: pointer }) => [['m', pointer]], filled), expected)
})

test('a program fits no number, also where both sides agree on it', () => {
  const both: Members = ({ u64 }) => [['m', u64]]
  assert.match(reason(both, both, { programs: { m: 'mine' } }), `the kernel's member is no function pointer`)
})

test('one mismatch makes the whole struct incompatible, and all are told', () => {
  const report = match(
    ({ u64, u32, text }) => [['a', u64], ['b', u32], ['c', text]],
    ({ u64, u32, longText }) => [['a', u32], ['b', u32], ['c', longText], ['d', u64]],
  )
  assert.is(report.compatible, false)
  assert.equal(report.members.map(({ name, status }) => [name, status]), [
    ['a', 'mismatch'],
    ['b', 'matched'],
    ['c', 'mismatch'],
    ['d', 'kernel-only'],
  ])
})

test('structs of thousands of members take no longer than they should', () => {
  const members = (prefix: string): Members => ({ u8 }) =>
    Array.from({ length: 10_000 }, (_, index): MemberToWrite => [`${prefix}_a_member_${index}`, u8])
  survives(() => match(members('same'), members('same')))
})

test.run()
