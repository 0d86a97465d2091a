import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { STB } from '../../../../src/elf/index.ts'
import { type CcdkError, ObjectError, UnsupportedKernelError } from '../../../../src/errors/index.ts'
import { openObject, prepare } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { writeObject } from '../../../support/object-writer.ts'
import { objectError } from '../../../support/refusals.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('kernel options')

/** The types that an option can be asked for in, and some that it cannot. */
const types = {
  bool: (writer: BtfWriter) => writer.int('_Bool', 1, { bool: true }),
  char: (writer: BtfWriter) => writer.int('char', 1, { signed: true }),
  u8: (writer: BtfWriter) => writer.int('unsigned char', 1),
  s16: (writer: BtfWriter) => writer.int('short', 2, { signed: true }),
  u16: (writer: BtfWriter) => writer.int('unsigned short', 2),
  s32: (writer: BtfWriter) => writer.int('int', 4, { signed: true }),
  u32: (writer: BtfWriter) => writer.const(writer.typedef('u32', writer.int('unsigned int', 4))),
  s64: (writer: BtfWriter) => writer.int('long', 8, { signed: true }),
  u64: (writer: BtfWriter) => writer.int('unsigned long', 8),
  tristate: (writer: BtfWriter) => writer.enum('libbpf_tristate', { TRI_NO: 0, TRI_YES: 1, TRI_MODULE: 2 }),
  text: (writer: BtfWriter) => writer.array(writer.int('char', 1, { signed: true }), 8),
  noText: (writer: BtfWriter) => writer.array(writer.int('char', 1), 0),
  ints: (writer: BtfWriter) => writer.array(writer.int('int', 4), 4),
  smallEnum: (writer: BtfWriter) => writer.enum('small', { A: 0 }, { size: 1 }),
  s128: (writer: BtfWriter) => writer.int('__int128', 16, { signed: true }),
  odd: (writer: BtfWriter) => writer.int('odd', 3),
  struct: (writer: BtfWriter) => writer.struct('s', [['m', writer.int('int', 4)]]),
}
type TypeName = keyof typeof types

interface Asked {
  name?: string
  type: TypeName
  weak?: boolean
}

function ask(externs: readonly Asked[], config: string, version?: number) {
  const writer = new BtfWriter()
  const named = externs.map(({ name = 'CONFIG_X', type, weak = false }) => ({ name, weak, type: types[type](writer) }))
  const variables = named.map(({ name, type }) => ({ type: writer.var(name, type, 2), offset: 0, size: 0 }))
  writer.datasec('.kconfig', variables)
  const symbols = named.map(({ name, weak }) => ({ name, binding: weak ? STB.WEAK : STB.GLOBAL }))
  const object = openObject(writeObject(writer, { symbols }), 'options.bpf.o')
  const kernel = kernelOf(new BtfWriter().parse('vmlinux'), { config, ...(version === undefined ? {} : { version }) })
  return { ...prepare(object, kernel), object }
}

/** The bytes of the one option asked for, or the problem. */
function answer(type: TypeName, value: string): number[] | CcdkError {
  const { config, problems } = ask([{ type }], `CONFIG_X=${value}\n`)
  const [problem] = problems
  return problem ?? [...(config ?? [])]
}

const n = (value: bigint, size: number) => Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn))
const text = (value: string) => [...Buffer.from(value.padEnd(8, '\0'))]

const stored: [TypeName, value: string, bytes: number[]][] = [
  ['bool', 'y', [1]],
  ['bool', 'n', [0]],
  ['bool', '1', [1]],
  ['bool', '0', [0]],
  ['char', 'y', [0x79]],
  ['u8', 'm', [0x6d]],
  ['char', '-1', [0xff]],
  ['tristate', 'n', n(0n, 4)],
  ['tristate', 'y', n(1n, 4)],
  ['tristate', 'm', n(2n, 4)],
  ['u8', '255', [255]],
  ['s16', '-32768', n(-32768n, 2)],
  ['u16', '0xffff', n(0xffffn, 2)],
  ['s32', '250', n(250n, 4)],
  ['u32', '4294967295', n(0xffff_ffffn, 4)],
  ['u32', '0XABCDEF', n(0xabcdefn, 4)],
  ['u64', '0xffffffff81000000', n(0xffff_ffff_8100_0000n, 8)],
  ['s64', '0xffffffff81000000', n(0xffff_ffff_8100_0000n, 8)],
  ['u64', '-1', n(-1n, 8)],
  ['text', '"bbr"', text('bbr')],
  ['text', '""', text('')],
  ['text', '"seven77"', text('seven77')],
  ['text', '"eight888 and more"', text('eight88')],
  ['text', String.raw`"a\"b\\c"`, text('a"b\\c')],
]
for (const [type, value, bytes] of stored) {
  test(`${value} as ${type}`, () => {
    assert.equal(answer(type, value), bytes)
  })
}

const refused: [TypeName, value: string, reason: string][] = [
  ['bool', 'm', 'a bool, char or enum of 4 bytes for the value m, not _Bool CONFIG_X'],
  ['bool', '2', 'an integer wide enough for 2'],
  ['s32', 'y', 'a bool, char or enum'],
  ['smallEnum', 'y', 'a bool, char or enum'],
  ['struct', 'y', 'not struct s CONFIG_X'],
  ['text', 'y', 'not char CONFIG_X[8]'],
  ['char', '"text"', 'a char array for the value "text"'],
  ['ints', '"text"', 'a char array'],
  ['text', '"no end', 'a string that ends, not "no end'],
  ['text', '"', 'a string that ends'],
  ['text', String.raw`"no end\"`, 'a string that ends'],
  ['u8', '256', 'an integer wide enough for 256, not unsigned char'],
  ['u8', '-1', 'an integer wide enough'],
  ['char', '128', 'an integer wide enough'],
  ['s32', '2147483648', 'an integer wide enough'],
  ['u32', '4294967296', 'an integer wide enough'],
  ['u64', '18446744073709551616', 'an integer wide enough'],
  ['s64', '-9223372036854775809', 'an integer wide enough'],
  ['tristate', '1', 'an integer for the value 1'],
  ['text', '1', 'an integer for the value 1'],
  ['s128', '1', 'an integer for the value 1'],
  ['odd', '1', 'an integer for the value 1'],
  ['s32', '', 'an integer for the value '],
  ['s32', '12abc', 'an integer for the value 12abc'],
  ['s32', '0x', 'an integer for the value 0x'],
]
for (const [type, value, reason] of refused) {
  test(`${value === '' ? 'nothing' : value} as ${type} is refused`, () => {
    const found = answer(type, value)
    assert.instance(found, ObjectError)
    assert.match(String(found), `extern CONFIG_X: `)
    assert.match(String(found), reason)
  })
}

test('every integer is stored as it is, or refused', () => {
  const sizes = { u8: 1, s16: 2, u16: 2, s32: 4, u32: 4, s64: 8, u64: 8 } as const
  const type = fc.constantFrom('u8', 's16', 'u16', 's32', 'u32', 's64', 'u64')
  fc.assert(
    fc.property(type, fc.bigInt({ min: -(1n << 65n), max: 1n << 65n }), fc.nat(70), (name, large, shift) => {
      const value = large >> BigInt(shift)
      const bits = BigInt(8 * sizes[name])
      const [least, most] = name.startsWith('s') ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]
      const fits = bits === 64n ? value >= -(1n << 63n) && value < 1n << 64n : value >= least && value <= most
      const found = answer(name, String(value))
      if (fits) assert.equal(found, n(value, sizes[name]))
      else assert.instance(found, ObjectError)
    }),
    { numRuns: 300 },
  )
})

test('an option is found by its whole name, at the start of a line', () => {
  const config = '# CONFIG_X=1\nCONFIG_X_MORE=2\nMY_CONFIG_X=3\n# CONFIG_X is not set\n  CONFIG_X=4\nCONFIG_X=5\r\nCONFIG_X=6'
  assert.equal([...(ask([{ type: 's32' }], config).config ?? [])], n(5n, 4))
})

test('an option that is not set is a problem unless it is weak', () => {
  const config = '# CONFIG_X is not set\n'
  const [problem] = ask([{ type: 'bool' }], config).problems
  assert.instance(problem, UnsupportedKernelError)
  assert.match(String(problem), 'option CONFIG_X')
  const weak = ask([{ type: 'bool', weak: true }], config)
  assert.equal([weak.problems, [...(weak.config ?? [])]], [[], [0]])
})

test('all options that cannot be answered are told, not only the first', () => {
  const externs = ['CONFIG_A', 'CONFIG_B', 'CONFIG_C'].map((name): Asked => ({ name, type: 'u8' }))
  const { problems } = ask(externs, 'CONFIG_A=y\nCONFIG_C=999\n')
  assert.equal(problems.map(({ constructor }) => constructor), [UnsupportedKernelError, ObjectError])
})

test('the version of the kernel', () => {
  const { config } = ask([{ name: 'LINUX_KERNEL_VERSION', type: 's32' }], '', 0x06_12_07)
  assert.equal([...(config ?? [])], [7, 0x12, 6, 0])
})

test('other names are refused, unless they are weak', () => {
  const [problem] = ask([{ name: 'HZ', type: 's32' }], '').problems
  assert.match(String(problem), /extern HZ: a name that starts with CONFIG_, or LINUX_KERNEL_VERSION/)
  assert.equal(ask([{ name: 'LINUX_SOMETHING', type: 's32', weak: true }], '').problems, [])
  // What every object in JavaScript has is no option.
  for (const name of ['constructor', 'toString', '__proto__']) assert.instance(ask([{ name, type: 's32' }], '').problems[0], ObjectError)
})

test('values stand by alignment, the largest first, then by size and name', () => {
  const externs: Asked[] = [
    { name: 'CONFIG_B', type: 'bool' },
    { name: 'CONFIG_A', type: 'bool' },
    { name: 'CONFIG_LONG', type: 'u64' },
    { name: 'CONFIG_TEXT', type: 'text' },
    { name: 'CONFIG_INT', type: 's32' },
  ]
  const config = 'CONFIG_A=y\nCONFIG_B=n\nCONFIG_LONG=7\nCONFIG_TEXT="cubic"\nCONFIG_INT=9\n'
  const { object, config: value } = ask(externs, config)
  const places = object.externs.map((extern) => [extern.name, extern.kind === 'kconfig' ? extern.offset : null])
  assert.equal(places, [['CONFIG_B', 13], ['CONFIG_A', 12], ['CONFIG_LONG', 0], ['CONFIG_TEXT', 14], ['CONFIG_INT', 8]])
  assert.equal([...(value ?? [])], [...n(7n, 8), ...n(9n, 4), 1, 0, ...text('cubic')])
})

test('values of more bytes than any machine has are refused', () => {
  const writer = new BtfWriter()
  const huge = writer.array(writer.int('char', 1), 0xffff_fff0)
  const variables = ['CONFIG_A', 'CONFIG_B'].map((name) => ({ type: writer.var(name, huge, 2), offset: 0, size: 0 }))
  writer.datasec('.kconfig', variables)
  const bytes = writeObject(writer, { symbols: [{ name: 'CONFIG_A' }, { name: 'CONFIG_B' }] })
  assert.match(objectError(() => openObject(bytes, 'options.bpf.o')).message, '.kconfig: at most 1048576 bytes of data')
})

test('a value without bytes is refused', () => {
  assert.match(objectError(() => ask([{ type: 'noText' }], '')).message, 'extern CONFIG_X: a type that holds a value')
})

test.run()
