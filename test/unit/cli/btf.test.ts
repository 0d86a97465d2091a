import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { BtfBuilder, distillBase, encodeBtf, parseBtf } from '../../../src/btf/index.ts'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { writeElf } from '../../support/elf-writer.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk btf', [needs.structOps, needs.clang])

const example = join(import.meta.dirname, '../../../src/cc-examples/bpf_reno.bpf.o')

interface Dumped {
  schemaVersion: number
  file: string
  types: { kind: string; id: number; name: string; values?: { name: string; value: string }[] }[]
}

test('dump prints a header of types of the running kernel that compiles', async () => {
  const ran = await ccdk(['btf', 'dump', '--type', 'tcp_sock,tcp_congestion_ops'])
  assert.is(ran.exitCode, 0)
  assert.is(ran.stderr, '')
  assert.match(ran.stdout, /^#ifndef __VMLINUX_H__\n/)
  assert.match(ran.stdout, '\nstruct tcp_sock {\n')
  assert.match(ran.stdout, '\nstruct tcp_congestion_ops {\n')
  assert.match(ran.stdout, /#endif \/\* __VMLINUX_H__ \*\/\n$/)
  await execa('clang-19', ['--target=bpf', '-w', '-fsyntax-only', '-x', 'c', '-'], { input: ran.stdout })
})

test('dump prints the types of an object', async () => {
  const { exitCode, stdout } = await ccdk(['btf', 'dump', example])
  assert.is(exitCode, 0)
  assert.match(stdout, 'struct tcp_sock {')
  await execa('clang-19', ['--target=bpf', '-w', '-fsyntax-only', '-x', 'c', '-'], { input: stdout })
})

test('dump takes what a kernel comes in, such as compressed types, and option and file in any order', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'vmlinux.btf.gz')
  writeFileSync(file, gzipSync(readFileSync('/sys/kernel/btf/vmlinux'), { level: 1 }))
  const packed = await ccdk(['btf', 'dump', '--type', 'tcp_ca_state', file])
  assert.is(packed.stderr, '')
  assert.is(packed.stdout, (await ccdk(['btf', 'dump', '--type', 'tcp_ca_state'])).stdout)
})

test('dump --format raw prints a line a type, and one a member', async () => {
  const file = await compileFixture('core')
  const { stdout } = await ccdk(['btf', 'dump', file, '--format', 'raw'])
  assert.match(stdout, /^\[1\] [A-Z_]+ '/)
  assert.match(stdout, /\n\[\d+\] STRUCT 'tcp_sock' size=\d+ vlen=\d+\n\t'/)
  const one = await ccdk(['btf', 'dump', file, '--format', 'raw', '--type', 'tcp_sock'])
  assert.match(one.stdout, /^\[\d+\] STRUCT 'tcp_sock'/)
  assert.is(one.stdout.split('\n[').length, 1)
})

test('dump --json prints one document, with large numbers as strings', async () => {
  const args = ['btf', 'dump', '--type', 'tcp_ca_state', '--type', 'tcp_sock']
  const document = await documentOf<Dumped>(ccdk([...args, '--json']))
  assert.is(document.schemaVersion, 1)
  assert.is(document.file, '/sys/kernel/btf/vmlinux')
  assert.equal(document.types.map(({ kind, name }) => `${kind} ${name}`), ['enum tcp_ca_state', 'struct tcp_sock'])
  assert.equal(document.types[0]?.values?.[4], { name: 'TCP_CA_Loss', value: '4' })
  assert.equal(await documentOf(ccdk([...args, '--format', 'json'])), document)
})

test('dump says which name it does not know, and which is like it', async () => {
  const error = errorOf(await ccdk(['btf', 'dump', '--type', 'tcp_sok', '--json']))
  assert.match(error.message, 'no type "tcp_sok"')
  assert.match(error.hint ?? '', 'tcp_sock')
})

test('dump refuses what is no BTF', async () => {
  const nothing = await ccdk(['btf', 'dump', '/nonexistent'])
  assert.is(nothing.exitCode, 2)
  assert.match(nothing.stderr, 'there is no such file')
  const node = await ccdk(['btf', 'dump', process.execPath])
  assert.is(node.exitCode, 1)
  assert.match(node.stderr, '.BTF')
  const text = await ccdk(['btf', 'dump', import.meta.filename])
  assert.is(text.exitCode, 1)
  assert.match(text.stderr, 'neither BTF nor an ELF file')
})

test('dump reads split BTF on its base', async () => {
  using directory = temporaryDirectory()
  const kernel = thisKernelsBtf()
  const builder = new BtfBuilder(kernel)
  const sock = kernel.find('tcp_sock', 'struct') ?? 0
  builder.struct('mine', 8, [{ name: 'sk', type: builder.ptr(sock), bitOffset: 0 }])
  const file = join(directory.path, 'module')
  writeFileSync(file, encodeBtf(builder.build()))
  const { exitCode, stdout } = await ccdk(['btf', 'dump', file, '--base', '/sys/kernel/btf/vmlinux'])
  assert.is(exitCode, 0)
  assert.match(stdout, 'struct tcp_sock;\n\nstruct mine {\n\tstruct tcp_sock *sk;\n};')
})

test("dump reads a module's file: on the base that it brings, or as it is on a kernel", async () => {
  using directory = temporaryDirectory()
  const builder = new BtfBuilder(thisKernelsBtf())
  const sock = builder.ptr(thisKernelsBtf().find('tcp_sock', 'struct') ?? 0)
  builder.struct('mine', 8, [{ name: 'sk', type: sock, bitOffset: 0 }])
  const { base, split } = distillBase(builder.build())
  const file = join(directory.path, 'module.ko')
  writeFileSync(file, writeElf({ sections: [{ name: '.BTF', data: encodeBtf(split) }, { name: '.BTF.base', data: encodeBtf(base) }] }))
  const mine = 'struct mine {\n\tstruct tcp_sock *sk;\n};'
  const alone = await ccdk(['btf', 'dump', file])
  assert.match(alone.stdout, mine)
  const there = await ccdk(['btf', 'dump', file, '--base', '/sys/kernel/btf/vmlinux', '--format', 'raw'])
  assert.match(there.stdout, `PTR '(anon)' type_id=${thisKernelsBtf().find('tcp_sock', 'struct')}`)
})

test('min writes the types that objects need', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'min.btf')
  const ran = await ccdk(['btf', 'min', '-o', file, example, await compileFixture('core')])
  assert.is(ran.exitCode, 0)
  assert.match(ran.stdout, /min\.btf: \d+ of \d+ types, \d+ bytes\n$/)
  const btf = parseBtf(readFileSync(file), { file })
  assert.ok(btf.find('tcp_sock', 'struct') !== undefined)
  assert.ok(btf.endId < 200)
  const again = ccdk(['btf', 'min', '--json', '--btf', file, '-o', join(directory.path, 'again'), example])
  const document = await documentOf<{ schemaVersion: number; bytes: number; types: { kept: number; all: number } }>(again)
  assert.is(document.schemaVersion, 1)
  assert.is(document.types.all, btf.endId - 1)
  assert.is(document.bytes, readFileSync(join(directory.path, 'again')).length)
})

test('min needs a file to write, and an object', async () => {
  const without = await ccdk(['btf', 'min', example])
  assert.is(without.exitCode, 2)
  assert.match(without.stderr, '--output')
  using directory = temporaryDirectory()
  const file = join(directory.path, 'min.btf')
  const raw = await ccdk(['btf', 'min', '-o', file, '/sys/kernel/btf/vmlinux'])
  assert.is(raw.exitCode, 1)
  assert.not(existsSync(file))
  const nowhere = await ccdk(['btf', 'min', '-o', join(directory.path, 'no/where'), example])
  assert.is(nowhere.exitCode, 2)
  assert.match(nowhere.stderr, 'cannot write')
})

test.run()
