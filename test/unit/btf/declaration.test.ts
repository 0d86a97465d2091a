import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { declaration, typeName } from '../../../src/btf/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('btf declarations')

const writer = new BtfWriter()
const int = writer.int('int', 4, { signed: true })
const u32 = writer.typedef('u32', writer.int('unsigned int', 4))
const char = writer.int('char', 1)
const sock = writer.struct('sock', [])
const forward = writer.fwd('module')
const pointer = writer.ptr(int)
const callback = writer.ptr(writer.proto(u32, [['sk', writer.ptr(sock)], u32]))
const plain = writer.ptr(writer.proto(0))
const qualified = writer.const(writer.volatile(int))

/** Declarations of `x`, as C has them. */
const cases: [declared: string, id: number][] = [
  ['int x', int],
  ['u32 x', u32],
  ['struct sock x', sock],
  ['struct sock *x', writer.ptr(sock)],
  ['struct module *x', writer.ptr(forward)],
  ['union u *x', writer.ptr(writer.fwd('u', { union: true }))],
  ['enum e x', writer.enum('e', {})],
  ['enum e64 x', writer.enum64('e64', {})],
  ['double x', writer.float('double', 8)],
  ['void *x', writer.ptr(0)],
  ['const char *x', writer.ptr(writer.const(char))],
  ['char *const x', writer.const(writer.ptr(char))],
  ['const char *const *x', writer.ptr(writer.const(writer.ptr(writer.const(char))))],
  ['int *restrict x', writer.restrict(pointer)],
  ['const volatile int x', qualified],
  ['char x[16]', writer.array(char, 16)],
  ['int x[2][3]', writer.array(writer.array(int, 3), 2)],
  ['int *x[4]', writer.array(pointer, 4)],
  ['int (*x)[4]', writer.ptr(writer.array(int, 4))],
  ['const int (*x)[4]', writer.ptr(writer.const(writer.array(int, 4)))],
  ['const char x[3]', writer.const(writer.array(writer.const(char), 3))],
  ['int *const x[3]', writer.const(writer.array(pointer, 3))],
  ['u32 (*x)(struct sock *, u32)', callback],
  ['void (*x)(void)', plain],
  ['u32 (*x[2])(struct sock *, u32)', writer.array(callback, 2)],
  ['u32 (*const x)(struct sock *, u32)', writer.const(callback)],
  ['void (*(*x)(void))(void)', writer.ptr(writer.proto(plain))],
  ['int (*x)(const char *, ...)', writer.ptr(writer.proto(int, [writer.ptr(writer.const(char)), 0]))],
  ['void (*x)(void (*)(void))', writer.ptr(writer.proto(0, [plain]))],
  ['int *x', writer.ptr(writer.typeTag('rcu', int))],
  ['int *const x', writer.typeTag('user', writer.const(writer.typeTag('rcu', pointer)))],
  ['void (*x)(void)', writer.ptr(writer.typeTag('rcu', writer.proto(0)))],
  ['struct {…} x', writer.struct('', [])],
]
const btf = writer.parse()

for (const [declared, id] of cases) {
  test(declared, () => {
    assert.is(declaration(btf, id, 'x'), declared)
    assert.is(typeName(btf, id), declared.replace(/\bx\b/, '').replace(' )', ')').trim())
  })
}

test('functions and variables are declared under their own names', () => {
  const named = new BtfWriter()
  const long = named.int('long int', 8, { signed: true })
  const func = named.func('f', named.proto(long, [['a', long]]))
  const variable = named.var('jiffies', long)
  const types = named.parse()
  assert.is(typeName(types, func), 'long int f(long int)')
  assert.is(typeName(types, variable), 'long int jiffies')
})

test('types that run in a circle end', () => {
  const hostile = new BtfWriter()
  const circles = [
    hostile.ptr(hostile.ahead()),
    hostile.const(hostile.ahead()),
    hostile.array(hostile.ahead(), 1),
    hostile.proto(hostile.ahead()),
    hostile.proto(0, [hostile.ahead()]),
    hostile.typeTag('t', hostile.ahead()),
    hostile.ptr(hostile.ahead(1)),
    hostile.const(hostile.ahead(-1)),
  ]
  const types = hostile.parse('circles.btf')
  for (const id of circles) assert.is(objectError(() => declaration(types, id, 'x')).file, 'circles.btf')
})

test('functions that each take the next one twice end too', () => {
  const hostile = new BtfWriter()
  let id = hostile.proto(0)
  for (let depth = 0; depth < 60; depth += 1) id = hostile.ptr(hostile.proto(0, [id, id]))
  const wide = hostile.proto(0, Array.from({ length: 0xffff }, () => id))
  const types = hostile.parse()
  for (const hostileId of [id, wide]) {
    survives(() => declaration(types, hostileId, 'x'), 100)
    objectError(() => declaration(types, hostileId, 'x'))
  }
})

test.run()
