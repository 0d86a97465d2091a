import * as assert from 'uvu/assert'
import { availableCongestion } from '../../../src/kernel/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile } from '../support/algorithm.ts'

const test = suite('ccdk register --dry-run', [needs.root, needs.structOps, needs.clang])

test('says without a privilege what would be created, in order, and creates nothing', async () => {
  const before = availableCongestion()
  const { exitCode, stdout, stderr } = await ccdkUnprivileged(['register', '--dry-run', exampleFile('bpf_reno'), '--pin', '/sys/fs/bpf'])
  assert.is(stderr, '')
  assert.is(exitCode, 0)
  const [first, ...lines] = stdout.trimEnd().split('\n')
  assert.match(first ?? '', /bpf_reno\.bpf\.o on Linux 6\.\S+: what would be done, in this order; nothing has been$/)
  const own = /^ +\d+ {2}/
  assert.equal(lines.map((line) => line.replace(own, '').replaceAll(/\d+ (bytes|functions?|instructions?)/g, 'N $1').replace(/types 0 and \d+/, 'types 0 and N')), [
    'load types: N bytes',
    'create map "bpf_reno.rodata": array, key N bytes, value N bytes, 1 entry, flags rdonly_prog | mmapable, types 0 and N',
    'update map "bpf_reno.rodata": key 00000000, value 32000000',
    'freeze map "bpf_reno.rodata"',
    'load program "bpf_reno_cong_avoid": struct_ops, tcp_congestion_ops.cong_avoid, N instructions, license GPL, N function',
    'bind map "bpf_reno.rodata" to program "bpf_reno_cong_avoid"',
    'load program "bpf_reno_ssthresh": struct_ops, tcp_congestion_ops.ssthresh, N instructions, license GPL, N function',
    'bind map "bpf_reno.rodata" to program "bpf_reno_ssthresh"',
    'load program "bpf_reno_undo_cwnd": struct_ops, tcp_congestion_ops.undo_cwnd, N instructions, license GPL, N function',
    'bind map "bpf_reno.rodata" to program "bpf_reno_undo_cwnd"',
    'create map "bpf_reno": struct_ops, key N bytes, value N bytes, 1 entry, flags link, struct bpf_struct_ops_tcp_congestion_ops',
    'fill map "bpf_reno" by its value, N bytes',
    'register map "bpf_reno" by a link',
    'pin link of map "bpf_reno" at /sys/fs/bpf/bpf_reno',
  ])
  assert.equal(availableCongestion(), before)
})

interface DryRun {
  dryRun: boolean
  kernel: string
  calls: { call: string; text: string; arguments: unknown[]; instructions?: string[]; made: { handle: number; what: string } | null }[]
}

test('in JSON it has the arguments of each call, and the instructions as text', async () => {
  const { dryRun, calls } = await documentOf<DryRun>(ccdk(['register', '--dry-run', '--json', exampleFile('bpf_cubic')]))
  assert.ok(dryRun)
  const program = calls.find(({ text }) => text.startsWith('load program "bpf_cubic_init"'))
  assert.is(program?.made?.what, 'program "bpf_cubic_init"')
  assert.is(program?.instructions?.at(-1), '11: (95) exit')
  const map = calls.find(({ call }) => call === 'createMap')
  assert.equal(map?.arguments.length, 1)
  const used = calls.flatMap(({ instructions = [] }) => instructions.filter((line) => line.includes('map "bpf_cubi.rodata" value')))
  assert.ok(used.length > 0)
})

test('a token is taken first', async () => {
  const { calls } = await documentOf<DryRun>(ccdk(['register', '--dry-run', '--json', '--token', '/bpf', exampleFile('bpf_reno')]))
  assert.is(calls[0]?.text, 'take the BPF token of /bpf')
})

test("takes a kernel's types from a file", async () => {
  const { kernel, calls } = await documentOf<DryRun>(
    ccdk(['register', '--dry-run', '--json', '--btf', '/sys/kernel/btf/vmlinux', exampleFile('bpf_reno')]),
  )
  assert.is(kernel, '/sys/kernel/btf/vmlinux')
  assert.is(calls.at(-1)?.call, 'createStructOpsLink')
})

test('what does not fit ends as it does without --dry-run', async () => {
  const { exitCode, stderr, stdout } = await ccdk(['register', '--dry-run', await compileFixture('renamed_member')])
  assert.is(exitCode, 6)
  assert.is(stdout, '')
  assert.match(stderr, /does not fit struct tcp_congestion_ops/)
})

test('--btf alone is refused: what is registered has to fit this kernel', async () => {
  const ran = await ccdk(['register', '--json', '--btf', '/sys/kernel/btf/vmlinux', exampleFile('bpf_reno')])
  assert.is(ran.exitCode, 2)
  assert.is(errorOf(ran).message, '--btf is for --dry-run: what is registered has to fit the running kernel')
})

test('a file that is none of a kernel is told', async () => {
  const ran = await ccdk(['register', '--dry-run', '--btf', '/etc/hostname', exampleFile('bpf_reno')])
  assert.is(ran.exitCode, 1)
  assert.match(ran.stderr, /hostname/)
})

test('a verifier has nothing to say of what is not loaded', async () => {
  const { exitCode, stderr } = await ccdk(['register', exampleFile('bpf_reno'), '--dry-run', '--verifier-log'])
  assert.is(exitCode, 2)
  assert.match(stderr, '--verifier-log is for what is loaded, and with --dry-run nothing is')
})

test.run()
