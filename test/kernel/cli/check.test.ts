import { chmod, copyFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { MatchReport } from '../../../src/btf-match/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { exampleFile } from '../support/algorithm.ts'

const test = suite('ccdk check', [needs.structOps, needs.clang])

const vmlinux = '/sys/kernel/btf/vmlinux'

interface Check {
  kernel: string
  file: string | null
  missing: { what: string; reached: boolean }[]
  fits: boolean
  structOps: MatchReport[]
  problems: { code: string; message: string; hint: string | null }[]
  notes: string[]
}

interface CheckDocument {
  schemaVersion: number
  object: string
  checks: [Check, ...Check[]]
}

for (const name of ['bpf_reno', 'bpf_cubic', 'bpf_dctcp']) {
  test(`${name} fits this kernel, for a user without any capability, and by its BTF as a file`, async () => {
    const file = exampleFile(name)
    const { exitCode, stdout, stderr } = await ccdkUnprivileged(['check', file])
    assert.is(exitCode, 0)
    assert.is(stderr, '')
    assert.match(stdout, /^✓ +cong_avoid +8 +8 +8 +ptr +bpf_\w+_cong_avoid$/m)
    assert.match(stdout, new RegExp(`^✓ +name +96 +88 +16 +array +"${name}"$`, 'm'))
    assert.match(stdout, '14 matched, 0 skipped, 4 only in the kernel, 0 mismatches')
    assert.ok(stdout.includes(`\n${file} fits Linux `))

    const byFile = await ccdkUnprivileged(['check', file, '--btf', vmlinux])
    assert.is(byFile.exitCode, 0)
    const rows = (text: string): string[] => text.split('\n').filter((line) => /^[✓ ] {2}/.test(line))
    assert.equal(rows(byFile.stdout), rows(stdout))
  })
}

test('no line is wider than 80 columns when all fits', async () => {
  const { stdout } = await ccdk(['check', 'src/cc-examples/bpf_cubic.bpf.o'])
  assert.equal(
    stdout.split('\n').filter((line) => line.length > 80),
    [],
  )
})

test('several kernels can be asked at once, each for itself', async () => {
  const ran = await ccdk([
    'check',
    '--json',
    '--btf',
    vmlinux,
    exampleFile('bpf_reno'),
    '--btf',
    exampleFile('bpf_cubic'),
  ])
  assert.is(ran.exitCode, 6)
  const { schemaVersion, checks } = await documentOf<CheckDocument>(ran)
  assert.is(schemaVersion, 1)
  assert.equal(
    checks.map(({ kernel, fits }) => [kernel, fits]),
    [
      [vmlinux, true],
      [exampleFile('bpf_cubic'), false],
    ],
  )
  assert.is(checks[1]?.problems[0]?.code, 'unsupported-kernel')
})

/** A copy that any user may read. */
async function forEverybody(file: string, directory: string): Promise<string> {
  const copy = join(directory, 'object.bpf.o')
  await copyFile(file, copy)
  await chmod(directory, 0o755)
  await chmod(copy, 0o644)
  return copy
}

/** Objects with one member that does not fit, and what is to be read about it. */
const mismatches = [
  {
    fixture: 'renamed_member',
    member: 'min_tso_segz',
    reason: /^the kernel's struct has no member "min_tso_segz", and here it is set to program "min_tso_segz"$/,
    nearest: 'min_tso_segs',
  },
  { fixture: 'wrong_size', member: 'flags', reason: /^its size is 8 bytes here and 4 in the kernel$/, nearest: null },
  { fixture: 'wrong_kind', member: 'flags', reason: /^its kind is ptr here and int in the kernel$/, nearest: null },
  {
    fixture: 'wrong_kind_struct',
    member: 'flags',
    reason: /^its kind is struct here and int in the kernel$/,
    nearest: null,
  },
] as const

for (const { fixture, member, reason, nearest } of mismatches) {
  test(`${fixture}: exit 6, and a report that names ${member}`, async () => {
    using directory = temporaryDirectory()
    const file = await forEverybody(await compileFixture(fixture), directory.path)
    const text = await ccdkUnprivileged(['check', file, '--btf', vmlinux])
    assert.is(text.exitCode, 6)
    assert.match(text.stdout, new RegExp(`^✗ +${member} `, 'm'))
    assert.match(text.stdout, '4 matched, 0 skipped')
    assert.match(text.stdout, '1 mismatch\n')
    assert.match(text.stdout, /^problem: /m)
    assert.match(text.stdout, `does not fit ${vmlinux}`)
    if (nearest !== null) assert.match(text.stdout, `the kernel has "${nearest}"`)

    const json = await ccdk(['check', file, '--json'])
    assert.is(json.exitCode, 6)
    const [{ fits, structOps, problems }] = (await documentOf<CheckDocument>(json)).checks
    assert.is(fits, false)
    const wrong = structOps[0]?.members.flatMap((found) => (found.status === 'mismatch' ? [found] : []))
    assert.equal(
      wrong?.map(({ name, nearest: like }) => [name, like]),
      [[member, nearest]],
    )
    assert.match(wrong?.[0]?.reason ?? '', reason)
    assert.is(problems[0]?.code, 'btf-mismatch')
  })
}

test('a member that the kernel lacks may be optional', async () => {
  const file = await compileFixture('renamed_member')
  const { exitCode, stdout } = await ccdk(['check', file, '--optional', 'min_tso_segz'])
  assert.is(exitCode, 0)
  assert.match(stdout, /^– +min_tso_segz +16 +optional: program min_tso_segz is left out/m)
})

test('a signature that differs is a warning, for the verifier decides', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('wrong_signature')])
  assert.is(exitCode, 0)
  assert.match(stdout, /^! +cong_avoid .*warning: parameter 1 is "struct tcp_sock \*" here/m)
})

test('members that are not set and that the kernel lacks are skipped', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('skipped_member')])
  assert.is(exitCode, 0)
  assert.match(stdout, /^– +of_the_future +16 +not set here, and unknown to the kernel$/m)
  assert.match(stdout, '5 matched, 3 skipped')
})

test('a map of a "?" section is left alone, and that is said', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('several')])
  assert.is(exitCode, 0)
  assert.match(stdout, 'optional (?.struct_ops) is registered only when it is asked for')
})

test('what CO-RE cannot resolve is told by its name', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('core')])
  assert.is(exitCode, 0)
  const place = String.raw`fields \(\S*core\.bpf\.c:\d+\) called by core_relocations`
  const said = `^the kernel has no struct tcp_sock\\.no_such_field, which ${place} uses: it is not reached there`
  assert.match(stdout, new RegExp(said, 'm'))
})

test('what the verifier would get to and the kernel lacks is a problem', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('guards')])
  assert.is(exitCode, 6)
  const line = (program: string, end: string) => new RegExp(`^.*which ${program} \\(\\S*guards\\.bpf\\.c:\\d+\\) uses: ${end}`, 'm')
  assert.match(stdout, line('fails_for_the_field', 'the verifier refuses it'))
  assert.match(stdout, line('asks_for_the_field', 'it is not reached there, since the program asks first'))
  assert.match(stdout, /^problem: the kernel has no ccdk_no_such_function, which fails_for_the_function /m)
})

test('members that the object itself calls optional are left out with their programs', async () => {
  const { exitCode, stdout } = await ccdk(['check', await compileFixture('optional_members')])
  assert.is(exitCode, 0)
  const left = stdout.match(/^– +(\w+) +\d+ +optional: program \w+ is left out/gm)?.map((line) => line.split(/ +/)[1])
  assert.equal(left, ['of_the_future', 'of_the_future', 'of_the_far_future'])
  assert.match(stdout, 'program "of_the_far_future" is left out: the kernel has no member "of_the_far_future"')
})

test('a truncated object is refused with the place', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'cut.bpf.o')
  await copyFile(exampleFile('bpf_dctcp'), file)
  await truncate(file, 1000)
  const ran = await ccdk(['check', file, '--json'])
  assert.is(ran.exitCode, 1)
  const { code, message } = errorOf(ran)
  assert.is(code, 'object')
  assert.ok(message.startsWith(`${file}: `))
})

test('a file that holds no types is no kernel', async () => {
  const ran = await ccdk(['check', exampleFile('bpf_reno'), '--btf', 'package.json', '--json'])
  assert.is(ran.exitCode, 1)
  assert.is(errorOf(ran).code, 'object')
})

test.run()
