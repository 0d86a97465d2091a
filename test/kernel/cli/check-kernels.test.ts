import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import type { MatchReport } from '../../../src/btf-match/index.ts'
import { ccdk, documentOf } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { debianKernel } from '../../support/vm/debian-kernel.ts'
import { exampleFile } from '../support/algorithm.ts'

const test = suite('ccdk check against many kernels', [needs.structOps, needs.clang, needs.kernelImages])

const vmlinux = '/sys/kernel/btf/vmlinux'
const check = (args: readonly string[], kernels: readonly string[]) =>
  ccdk(['check', ...args, ...kernels.flatMap((file) => ['--btf', file])])

interface Document {
  checks: { kernel: string; file: string; fits: boolean; structOps: MatchReport[]; problems: { hint: string }[] }[]
}

const old = async () => (await debianKernel('6.1')).image
const recent = async () => (await debianKernel('6.12')).image

test('one table: members down, kernels across, and what differs below', async () => {
  const { exitCode, stdout, stderr } = await check([exampleFile('bpf_dctcp')], [await old(), await recent(), vmlinux])
  assert.is(stderr, '')
  assert.is(exitCode, 0)
  assert.match(stdout, /^1 {2}fits {10}Linux 6\.1\.\S+-cloud-amd64$/m)
  assert.match(stdout, /^2 {2}fits {10}Linux 6\.12\.\S+-cloud-amd64$/m)
  assert.match(stdout, /^MEMBER +1 +2 +3$/m)
  assert.match(stdout, /^ssthresh +✓ +✓ +✓$/m)
  assert.match(stdout, /^cong_control +!a +✓ +✓$/m)
  assert.match(stdout, /^a {2}cong_control: it takes 4 parameters here and 2 parameters in the kernel$/m)
  assert.match(stdout, /fits 3 of 3 kernels$/m)
})

test('functions of modules are found where the modules are installed, and else the option is named', async () => {
  const object = await compileFixture('module_kfuncs')
  const beside = await check([object, '--json'], [await old(), await recent()])
  assert.is(beside.exitCode, 0)
  using directory = temporaryDirectory()
  const alone = join(directory.path, 'vmlinuz-alone')
  await writeFile(alone, await readFile(await old()))
  const { exitCode, stdout } = await check([object], [alone, vmlinux])
  assert.is(exitCode, 6)
  const what = String.raw`^problem in 1: this kernel has no function "bbr_min_tso_segs" for BPF programs: it needs Linux 5\.13 or later with CONFIG_TCP_CONG_BBR`
  const said = String.raw`${what}; used by module_min_tso_segs \(\S*module_kfuncs\.bpf\.c:\d+\)`
  assert.match(stdout.replaceAll(/\n +/g, ' '), new RegExp(`${said} modules are not looked into; declare it __weak`, 'm'))
  await symlink((await old()).replace('vmlinuz', 'config'), join(directory.path, 'config-alone'))
  const { stdout: configured } = await check([object], [alone, vmlinux])
  const why = ' CONFIG_TCP_CONG_BBR is a module there, whose types a kernel image does not have; declare it __weak'
  assert.match(configured.replaceAll(/\n +/g, ' '), new RegExp(`${said}${why}`, 'm'))
})

test('what is missing or otherwise is marked in the table, with the nearest name below', async () => {
  const { exitCode, stdout } = await check([await compileFixture('renamed_member')], [await old(), vmlinux])
  assert.is(exitCode, 6)
  assert.match(stdout, /^min_tso_segz +\?a +\?a$/m)
  assert.match(stdout.replaceAll(/\n +/g, ' '), /^a {2}min_tso_segz: .*set to program "min_tso_segz"; the kernel has "min_tso_segs"$/m)
  assert.match(stdout, /fits 0 of 2 kernels$/m)
  const other = await check([await compileFixture('wrong_size')], [await recent(), vmlinux])
  assert.match(other.stdout, /^flags +✗a +✗a$/m)
})

test('many kernels stay within 80 columns, in blocks, and are told apart', async () => {
  using directory = temporaryDirectory()
  const types = await readFile(vmlinux)
  const kernels = []
  for (let index = 0; index < 25; index += 1) {
    const file = join(directory.path, `k${index % 20}`)
    if (index < 20) await writeFile(file, index % 2 === 0 ? types : gzipSync(types, { level: 1 }))
    kernels.push(file)
  }
  const { exitCode, stdout } = await check([await compileFixture('renamed_member'), '--optional', 'min_tso_segz'], kernels)
  assert.is(exitCode, 0)
  assert.is(stdout.match(/^MEMBER +\d/gm)?.length, 2)
  assert.match(stdout, /^MEMBER .* 25$/m)
  assert.match(stdout, /^21 {2}fits .*k0 #2$/m)
  // The first line has the object's path, of any length.
  assert.equal(stdout.split('\n').slice(1, -2).filter((line) => line.length > 80), [])
  const { checks } = await documentOf<Document>(check([exampleFile('bpf_reno'), '--json'], [await old(), await old()]))
  assert.is(new Set(checks.map(({ kernel }) => kernel)).size, 2)
  assert.ok(checks.every(({ structOps }) => structOps[0]?.compatible === true))
})

test.run()
