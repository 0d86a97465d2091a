import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Btf, dumpC, dumpHeader } from '../../../../src/btf/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { layoutAsserts } from '../../../support/c-layout.ts'
import { needs, suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('btf as C', [needs.clang])

const signed = { signed: true }

function written(build: (writer: BtfWriter, int: number) => void): Btf {
  const writer = new BtfWriter()
  build(writer, writer.int('int', 4, signed))
  return writer.parse()
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '')

/** Compiles the text and has the compiler check the layout of every struct and union with a name. */
async function compiles(btf: Btf): Promise<string> {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'test.c')
  const named = Array.from({ length: btf.endId }, (_, id) => id).filter(
    (id) => ['struct', 'union'].includes(btf.kind(id)) && btf.name(id) !== '',
  )
  const text = dumpC(btf)
  writeFileSync(file, text + layoutAsserts(btf, named.map((id) => ({ id, name: `${btf.kind(id)} ${btf.name(id)}` }))))
  await execa('clang-19', ['--target=bpf', '-std=gnu11', '-Wall', '-Werror', '-fsyntax-only', file])
  return text
}

test('writes members with what C puts around their names', async () => {
  const text = await compiles(
    written((writer, int) => {
      const char = writer.int('char', 1, signed)
      const constChar = writer.const(char)
      const pointer = writer.ptr(int)
      const callback = writer.ptr(writer.proto(pointer, [['name', writer.ptr(constChar)], ['more', 0]]))
      writer.struct('all', [
        ['constant', constChar],
        ['names', writer.array(writer.ptr(constChar), 3)],
        ['fixed', writer.const(writer.ptr(writer.ptr(int)))],
        ['matrix', writer.array(writer.array(int, 3), 2)],
        ['row', writer.ptr(writer.array(int, 3))],
        ['callback', callback],
        ['callbacks', writer.array(callback, 2)],
        ['find', writer.ptr(writer.proto(callback, [['by', callback], int]))],
        ['unique', writer.restrict(writer.volatile(writer.ptr(0)))],
        ['tagged', writer.ptr(writer.typeTag('user', constChar))],
        ['frozen', writer.const(writer.array(int, 2))],
        ['none', writer.ptr(writer.proto(0))],
        ['rest', writer.array(int, 0)],
      ])
    }),
  )
  assert.equal(lines(text), [
    'struct all {',
    '\tconst char constant;',
    '\tconst char *names[3];',
    '\tint ** const fixed;',
    '\tint matrix[2][3];',
    '\tint (*row)[3];',
    '\tint * (*callback)(const char *name, ...);',
    '\tint * (*callbacks[2])(const char *name, ...);',
    '\tint * (* (*find)(int * (*by)(const char *name, ...), int))(const char *name, ...);',
    '\tvoid * volatile restrict unique;',
    '\tconst char __attribute__((btf_type_tag("user"))) *tagged;',
    '\tconst int frozen[2];',
    '\tvoid (*none)(void);',
    '\tint rest[0];',
    '};',
  ])
})

test('declares what is only pointed at, and defines first what is held', async () => {
  const text = await compiles(
    written((writer, int) => {
      const toList = writer.ptr(writer.ahead(3))
      const toUnrelated = writer.ptr(writer.ahead(3))
      const held = writer.struct('held', [['back', toList], ['other', toUnrelated], ['value', int]])
      const list = writer.struct('list', [['next', toList], ['inner', held]])
      writer.struct('unrelated', [['list', list]])
    }),
  )
  assert.equal(lines(text), [
    'struct list;',
    'struct unrelated;',
    'struct held {',
    '\tstruct list *back;',
    '\tstruct unrelated *other;',
    '\tint value;',
    '};',
    'struct list {',
    '\tstruct list *next;',
    '\tstruct held inner;',
    '};',
    'struct unrelated {',
    '\tstruct list list;',
    '};',
  ])
})

test('writes anonymous structs, unions and enums in their places', async () => {
  const text = await compiles(
    written((writer, int) => {
      const inner = writer.struct('', [['a', int], ['b', int]])
      const union = writer.union('', [['', inner], ['both', writer.array(int, 2)]])
      const state = writer.enum('', { ON: 1, OFF: 0 })
      writer.struct('outer', [['', union], ['state', state]])
      writer.typedef('pair', writer.struct('', [['left', int]]))
      writer.enum('', { ALONE: 7 })
    }),
  )
  assert.equal(lines(text), [
    'struct outer {',
    '\tunion {',
    '\t\tstruct {',
    '\t\t\tint a;',
    '\t\t\tint b;',
    '\t\t};',
    '\t\tint both[2];',
    '\t};',
    '\tenum {',
    '\t\tON = 1,',
    '\t\tOFF = 0,',
    '\t} state;',
    '};',
    'typedef struct {',
    '\tint left;',
    '} pair;',
    'enum {',
    '\tALONE = 7,',
    '};',
  ])
})

test('keeps size and offsets by padding, alignment and packing', async () => {
  const text = await compiles(
    written((writer, int) => {
      const char = writer.int('char', 1, signed)
      const long = writer.int('long', 8, signed)
      writer.struct('late', [['a', char], ['b', int, { bit: 64 }]], 16)
      writer.struct('natural', [['a', char], ['b', int]])
      writer.struct('packed', [['a', char], ['b', int, { bit: 8 }]], 5)
      writer.struct('aligned', [['a', long]], 64)
      writer.struct('short_end', [['a', long], ['b', char]], 9)
      writer.union('wide', [['a', int]], 24)
      writer.union('odd', [['a', int], ['b', writer.array(char, 5)]], 5)
      writer.struct('bits', [['a', int, { bit: 3, bits: 4 }], ['b', int, { bit: 9, bits: 1 }], ['c', char, { bit: 40 }]], 8)
      writer.struct('hole', [], 12)
      writer.struct('empty', [])
    }),
  )
  assert.equal(lines(text), [
    ['struct late {', '\tchar a;', '\tlong: 0;', '\tint b;', '\tlong: 0;', '};'],
    ['struct natural {', '\tchar a;', '\tint b;', '};'],
    ['struct packed {', '\tchar a;', '\tint b;', '} __attribute__((packed));'],
    ['struct aligned {', '\tlong a;', ...Array.from({ length: 7 }, () => '\tlong: 64;'), '};'],
    ['struct short_end {', '\tlong a;', '\tchar b;', '} __attribute__((packed));'],
    ['union wide {', '\tint a;', '\tstruct { long: 64; long: 64; long: 64; };', '};'],
    ['union odd {', '\tint a;', '\tchar b[5];', '} __attribute__((packed));'],
    ['struct bits {', '\tchar: 3;', '\tint a: 4;', '\tchar: 1;', '\tchar: 1;', '\tint b: 1;'],
    ['\tint: 0;', '\tchar: 8;', '\tchar c;', '};'],
    ['struct hole {', '\tlong: 64;', '\tint: 32;', '};'],
    'struct empty {};',
  ].flat())
})

test('knows old bitfields by the integer that they are of', async () => {
  const writer = new BtfWriter()
  const three = writer.int('unsigned int', 4, { offset: 2, bits: 3 })
  const five = writer.typedef('u32', writer.int('unsigned int', 4, { bits: 5 }))
  const plain = writer.int('unsigned int', 4)
  writer.struct('old', [['a', three, { bit: 0 }], ['b', five, { bit: 5 }], ['c', plain, { bit: 32 }]], 8)
  assert.equal(
    lines(dumpC(writer.parse())).slice(1),
    ['struct old {', '\tchar: 2;', '\tunsigned int a: 3;', '\tu32 b: 5;', '\tunsigned int c;', '};'],
  )
})

test('gives enums their size, and constants of 64 bits', async () => {
  const text = await compiles(
    written((writer, int) => {
      const members = [
        ['small', writer.enum('small', { S: 1 }, { size: 1 })],
        ['half', writer.enum('half', { H: -1 }, { size: 2, signed: true })],
        ['plain', writer.enum('plain', { P: 0xffff_ffff })],
        ['word', writer.enum64('word', { W: 1n })],
        ['wide', writer.enum64('wide', { U: 1n << 63n })],
        ['negative', writer.enum64('negative', { N: -(1n << 40n) }, signed)],
        ['count', int],
      ] as const
      writer.struct('holder', members)
    }),
  )
  assert.match(text, 'S = 1,\n} __attribute__((mode(byte)))')
  assert.match(text, 'H = -1,\n} __attribute__((mode(HI)))')
  assert.match(text, 'P = 4294967295,\n};')
  assert.match(text, 'W = 1ULL,\n} __attribute__((mode(word)))')
  assert.match(text, 'U = 9223372036854775808ULL,\n};')
  assert.match(text, 'N = -1099511627776LL,\n};')
})

test('makes names unique that C would take for the same', () => {
  const btf = written((writer, int) => {
    const first = writer.struct('s', [['a', int]])
    const second = writer.struct('s', [['b', int]])
    writer.struct('s___2', [['first', first], ['second', second]])
    writer.typedef('t', int)
    writer.typedef('t', writer.ptr(second))
    writer.enum('e', { t: 1, u: 2 })
    writer.enum('e', { u: 3 })
    writer.union('e', [['s', first]])
  })
  assert.equal(lines(dumpC(btf)).filter((line) => !line.startsWith('}')), [
    ['struct s {', '\tint a;', 'struct s___2 {', '\tint b;'],
    ['struct s___2___2 {', '\tstruct s first;', '\tstruct s___2 second;'],
    ['typedef int t;', 'typedef struct s___2 *t___2;'],
    ['enum e {', '\tt___3 = 1,', '\tu = 2,', 'enum e___2 {', '\tu___2 = 3,', 'union e___3 {', '\tstruct s s;'],
  ].flat())
})

test('knows the types that belong to a compiler', async () => {
  const text = await compiles(
    written((writer) => {
      const tag = writer.struct('__va_list_tag', [['gp_offset', writer.int('unsigned int', 4)]])
      const list = writer.typedef('__gnuc_va_list', writer.typedef('__builtin_va_list', writer.array(tag, 1)))
      writer.ptr(writer.typedef('va_list', list))
      writer.typedef('poly', writer.int('__Poly8_t', 1))
      writer.struct('real', [['value', writer.float('double', 8)]])
    }),
  )
  assert.match(text, 'typedef __builtin_va_list __gnuc_va_list;\n\ntypedef __gnuc_va_list va_list;')
  assert.match(text, 'typedef unsigned char __Poly8_t;\n\ntypedef __Poly8_t poly;')
  assert.match(text, 'double value;')
})

test('writes of one type what it needs, each once', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4, signed)
  const u32 = writer.typedef('u32', writer.typedef('__u32', int))
  const wanted = writer.struct('wanted', [['a', u32], ['b', u32]])
  writer.struct('other', [['a', u32]])
  assert.is(
    dumpC(writer.parse(), [wanted, wanted]),
    'typedef int __u32;\n\ntypedef __u32 u32;\n\nstruct wanted {\n\tu32 a;\n\tu32 b;\n};\n\n',
  )
})

test('writes of split BTF its own types and what they need of the base', () => {
  const base = new BtfWriter()
  const int = base.int('int', 4, signed)
  const inner = base.struct('inner', [['a', int]])
  base.struct('unused', [['a', int]])
  const parsed = base.parse()
  const split = new BtfWriter({ base: parsed })
  split.struct('outer', [['inner', inner]])
  assert.is(
    dumpC(split.parse('module', parsed)),
    'struct inner {\n\tint a;\n};\n\nstruct outer {\n\tstruct inner inner;\n};\n\n',
  )
})

test('frames a header with a guard and CO-RE for every struct', () => {
  const text = dumpHeader(written((writer, int) => writer.struct('s', [['a', int]])))
  assert.equal(lines(text), [
    ['#ifndef __VMLINUX_H__', '#define __VMLINUX_H__', '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX'],
    '#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)',
    ['#endif', 'struct s {', '\tint a;', '};', '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX'],
    ['#pragma clang attribute pop', '#endif', '#endif /* __VMLINUX_H__ */'],
  ].flat())
})

test.run()
