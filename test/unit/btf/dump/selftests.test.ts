/** The C that the kernel's own tests of libbpf's dump expect, which stands in comments of their sources. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { dumpC, parseBtf } from '../../../../src/btf/index.ts'
import { CDump } from '../../../../src/btf/dump/dump.ts'
import { BtfBuilder } from '../../../../src/btf/write/builder.ts'
import { parseElf } from '../../../../src/elf/index.ts'
import { needs, suite } from '../../../support/needs.ts'
import { buildSelftests } from '../../../support/selftests.ts'

const test = suite("the kernel's tests of btf as C", [needs.kernelSource, needs.clang, needs.libbpf, needs.bpftool])

/** Of a source, the lines between the marks, without the comments' stars, as prog_tests/btf_dump.c takes them out. */
function expectedOf(source: string): string {
  const parts = source.split('START-EXPECTED-OUTPUT').slice(1)
  return parts
    .flatMap((part) => (part.split('END-EXPECTED-OUTPUT')[0] ?? '').split('\n').slice(1, -1))
    .filter((line) => !/\/\*|\*\//.test(line))
    .map((line) => `${line.replace(/^[ \t]*\*/, '')}\n`)
    .join('')
}

test('writes each of the seven cases to the letter', async () => {
  const { source, objects } = await buildSelftests()
  const cases = objects.filter((path) => basename(path).startsWith('btf_dump_test_case_'))
  assert.is(cases.length, 7)
  for (const path of cases) {
    const name = basename(path, '.bpf.o')
    const expected = expectedOf(readFileSync(join(source, `tools/testing/selftests/bpf/progs/${name}.c`), 'utf8'))
    assert.ok(expected.length > 100, name)
    const types = parseElf(readFileSync(path), name).section('.BTF')
    assert.is(dumpC(parseBtf(types?.data ?? new Uint8Array(), { file: name })), expected, name)
  }
})

test('goes on in the same text: what it has written once it does not write again', () => {
  const builder = new BtfBuilder()
  builder.enum('x', [])
  const known = builder.enum('x', [{ name: 'X', value: 1n }])
  const constants = builder.enum('', [{ name: 'Y', value: 1n }])
  const int = builder.int('int', 4, { signed: true })
  builder.fwd('s')
  const first = builder.struct('s', 4, [{ name: 'x', type: int, bitOffset: 0 }])
  const types = builder.nextId
  builder.struct('s', 12, [
    { name: 'x', type: known, bitOffset: 0 },
    { name: 'y', type: constants, bitOffset: 32 },
    { name: 's', type: first, bitOffset: 64 },
  ])
  const dump = new CDump(builder.build())
  for (let id = 1; id < types; id += 1) dump.add(id)
  const before = dump.text
  // libbpf is shown the struct that holds the constants only later, so it writes them alone at first.
  assert.is(before.replaceAll('\n\n', '\n'), 'enum x;\nenum x {\n\tX = 1,\n};\nstruct s;\nstruct s {\n\tint x;\n};\n')
  for (let id = 1; id < types + 1; id += 1) dump.add(id)
  assert.is(
    dump.text.slice(before.length),
    'struct s___2 {\n\tenum x x;\n\tenum {\n\t\tY = 1,\n\t} y;\n\tstruct s s;\n};\n\n',
  )
})

test.run()
