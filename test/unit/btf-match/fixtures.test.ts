import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { findKernelStruct, matchStruct, type MatchReport, type MemberMatch } from '../../../src/btf-match/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernelsBtf } from '../../support/this-kernel.ts'

const test = suite('matching objects with this kernel', [needs.structOps, needs.clang])

const examples = join(import.meta.dirname, '../../../src/cc-examples')

/** Matches the first struct_ops variable of an object with the running kernel. */
function match(path: string, optional: string[] = []): MatchReport {
  const object = openObject(readFileSync(path), basename(path))
  const [spec] = object.structOps
  if (spec === undefined) throw new Error('no struct_ops variable')
  const kernel = findKernelStruct([thisKernelsBtf()], object.btf.name(spec.type))
  return matchStruct({ ...spec, map: spec.name, btf: object.btf, optional: new Set(optional) }, kernel)
}

const fixture = async (name: string, optional?: string[]) => match(await compileFixture(name), optional)

const mismatches = (report: MatchReport) => report.members.filter((member) => member.status === 'mismatch')

function find(report: MatchReport, name: string): MemberMatch {
  const member = report.members.find((candidate) => candidate.name === name)
  if (member === undefined) throw new Error(`no member ${name}`)
  return member
}

test('renamed_member: a program in a member that the kernel calls otherwise', async () => {
  const report = await fixture('renamed_member')
  assert.equal(mismatches(report), [
    {
      status: 'mismatch',
      name: 'min_tso_segz',
      localOffset: 16,
      local: 'u32 (*min_tso_segz)(struct sock *)',
      kernel: null,
      reason: `the kernel's struct has no member "min_tso_segz", and here it is set to program "min_tso_segz"`,
      nearest: 'min_tso_segs',
    },
  ])
  assert.is((await fixture('renamed_member', ['min_tso_segz'])).compatible, true)
})

test('wrong_size: flags of 8 bytes', async () => {
  const [only, ...more] = mismatches(await fixture('wrong_size'))
  assert.equal(more, [])
  assert.is(only?.status === 'mismatch' && only.reason, 'its size is 8 bytes here and 4 in the kernel')
  assert.equal(only?.status === 'mismatch' && [only.local, only.kernel], ['u64 flags', 'u32 flags'])
})

test('wrong_kind: flags as a function', async () => {
  const [only, ...more] = mismatches(await fixture('wrong_kind'))
  assert.equal(more, [])
  assert.is(only?.status === 'mismatch' && only.reason, 'its kind is ptr here and int in the kernel')
})

test('wrong_kind_struct: flags as a struct of the same size', async () => {
  const [only, ...more] = mismatches(await fixture('wrong_kind_struct'))
  assert.equal(more, [])
  assert.is(only?.status === 'mismatch' && only.reason, 'its kind is struct here and int in the kernel')
})

test('skipped_member: another order, and members of the future that are zero', async () => {
  const report = await fixture('skipped_member')
  assert.ok(report.compatible)
  const statuses = report.members.filter(({ status }) => status !== 'kernel-only').map(({ name, status }) => [name, status])
  assert.equal(statuses, [
    ['name', 'matched'],
    ['of_the_future', 'skipped'],
    ['flags', 'matched'],
    ['undo_cwnd', 'matched'],
    ['call_of_the_future', 'skipped'],
    ['cong_avoid', 'matched'],
    ['struct_of_the_future', 'skipped'],
    ['ssthresh', 'matched'],
  ])
})

test('wrong_signature: it fits, with a warning for each function that differs', async () => {
  const report = await fixture('wrong_signature')
  assert.ok(report.compatible)
  const warnings = report.members.flatMap((member) => (member.status === 'matched' ? [[member.name, member.warning]] : []))
  assert.equal(warnings, [
    ['ssthresh', null],
    ['cong_avoid', 'parameter 1 is "struct tcp_sock *" here and "struct sock *" in the kernel'],
    ['undo_cwnd', 'it takes 2 parameters here and 1 parameter in the kernel'],
    ['name', null],
  ])
})

test('flavour: the kernel struct is found without it', async () => {
  const report = await fixture('flavour')
  assert.ok(report.compatible)
  assert.is(report.struct, 'tcp_congestion_ops')
})

test('dummy_ops: another struct than that of TCP', async () => {
  const report = await fixture('dummy_ops')
  assert.ok(report.compatible)
  assert.is(report.struct, 'bpf_dummy_ops')
  const programs = report.members.map((member) => (member.status === 'matched' ? [member.name, member.program, member.warning] : []))
  assert.equal(programs, [
    ['test_1', 'test_1', null],
    ['test_2', 'test_2', null],
    ['test_sleepable', 'test_sleepable', null],
  ])
})

for (const name of ['bpf_cubic', 'bpf_dctcp', 'bpf_reno']) {
  test(`${name} fits: every member in its place, and no signature differs`, () => {
    const report = match(join(examples, `${name}.bpf.o`))
    const btf = thisKernelsBtf()
    const struct = btf.type(btf.find('tcp_congestion_ops', 'struct') ?? 0)
    const theirs = struct.kind === 'struct' ? struct.members : []
    assert.ok(report.compatible)
    assert.is(report.kernelSize, struct.kind === 'struct' ? struct.size : 0)
    for (const member of report.members) {
      assert.is.not(member.status, 'mismatch')
      if (member.status !== 'matched') continue
      assert.is(member.warning, null)
      assert.is(theirs[member.kernelIndex]?.name, member.name)
      assert.is(theirs[member.kernelIndex]?.bitOffset, member.kernelOffset * 8)
    }
    const names = new Set(report.members.map(({ name: member }) => member))
    assert.equal(theirs.filter((member) => !names.has(member.name)), [])
    assert.is(find(report, 'ssthresh').status, 'matched')
  })
}

test.run()
