import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseBtf } from '../../../../src/btf/index.ts'
import { UsageError } from '../../../../src/errors/index.ts'
import type { KernelFacts, ProbeAttachment } from '../../../../src/loader/index.ts'
import { probeAttachment } from '../../../../src/loader/probes/attachment.ts'
import type { ProbeRequest } from '../../../../src/loader/probes/options.ts'
import { addressInMaps } from '../../../../src/loader/probes/usdt/address.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('places of probes')

const kernel = kernelOf(parseBtf(new BtfWriter().bytes(), { file: 'kernel' }))
const wrapped: KernelFacts = { ...kernel, symbolAddress: (name) => (name.endsWith('sys_bpf') ? 1n : undefined) }

type Way = Parameters<typeof probeAttachment>[0]

/** The attachment without the fields that are not given. */
function place(way: Way, section: string, more: Partial<ProbeRequest> = {}, facts = kernel): ProbeAttachment {
  const slash = section.indexOf('/')
  const [name, target] = slash < 0 ? [section, ''] : [section.slice(0, slash), section.slice(slash + 1)]
  const fail = (why: string, hint: string): never => {
    throw new UsageError(why, { hint })
  }
  const found = probeAttachment(way, { section: name, target, attachType: 42, fail, ...more }, facts)
  return JSON.parse(JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)))
}

const refused = (why: RegExp, ...args: Parameters<typeof place>) =>
  assert.throws(() => place(...args), (error: unknown) => error instanceof UsageError && why.test(error.message) && error.hint !== '', `${args[1]}: ${why}`)

test('kprobes', () => {
  assert.equal(place('kprobe', 'kprobe/tcp_v4_rcv'), { way: 'kprobe', function: 'tcp_v4_rcv', offset: 0, onReturn: false })
  assert.equal(place('kprobe', 'kprobe/f.isra.0+0x10', { cookie: 7n }), { way: 'kprobe', function: 'f.isra.0', offset: 16, onReturn: false, cookie: 7 })
  assert.equal(place('kprobe', 'kretprobe/f'), { way: 'kprobe', function: 'f', offset: 0, onReturn: true })
  assert.equal(place('kprobe', 'kprobe', { function: 'f', offset: 4n }), { way: 'kprobe', function: 'f', offset: 4, onReturn: false })
  assert.equal(place('kprobe', 'kprobe', { offset: 0x8000n }), { way: 'kprobe', offset: 0x8000, onReturn: false })
  refused(/no function/, 'kprobe', 'kprobe')
  refused(/does not return at an offset/, 'kprobe', 'kretprobe/f+4')
})

test('system calls are found by the names that their functions have on the kernel', () => {
  const machine = new Map([['x64', '__x64_'], ['arm64', '__arm64_'], ['riscv64', '__riscv_'], ['s390x', '__s390x_']]).get(process.arch) ?? '__se_'
  assert.equal(place('ksyscall', 'ksyscall/openat', {}, wrapped), { way: 'kprobe', function: `${machine}sys_openat`, offset: 0, onReturn: false })
  assert.equal(place('ksyscall', 'kretsyscall/openat', {}, kernel), { way: 'kprobe', function: '__se_sys_openat', offset: 0, onReturn: true })
  refused(/no system call/, 'ksyscall', 'ksyscall')
})

test('kprobes at many functions', () => {
  const common = { way: 'kprobe_multi', attachType: 42, onReturn: false }
  assert.equal(place('kprobe_multi', 'kprobe.multi/tcp_*'), { ...common, functions: { pattern: 'tcp_*' } })
  assert.equal(place('kprobe_multi', 'kretprobe.multi/tcp_v?'), { ...common, onReturn: true, functions: { pattern: 'tcp_v?' } })
  assert.equal(place('kprobe_multi', 'kprobe.session/one'), { ...common, functions: { symbols: ['one'] } })
  const lists = { functions: ['a', 'b'], cookies: [1n, 2n] }
  assert.equal(place('kprobe_multi', 'kprobe.multi', lists), { ...common, functions: { symbols: ['a', 'b'] }, cookies: [1, 2] })
  assert.equal(place('kprobe_multi', 'kprobe.multi', { addresses: [5n] }), { ...common, functions: { addresses: [5] } })
  refused(/no functions/, 'kprobe_multi', 'kprobe.multi')
  refused(/no functions/, 'kprobe_multi', 'kprobe.multi', { functions: [] })
  refused(/no pattern/, 'kprobe_multi', 'kprobe.multi/a b')
  refused(/both functions and addresses/, 'kprobe_multi', 'kprobe.multi', { functions: ['a'], addresses: [1n] })
  refused(/cookies belong to single functions/, 'kprobe_multi', 'kprobe.multi/tcp_*', { cookies: [1n] })
  refused(/3 cookies for 2 places/, 'kprobe_multi', 'kprobe.multi', { functions: ['a', 'b'], cookies: [1n, 2n, 3n] })
})

test('uprobes at a place that is given as a number', () => {
  const common = { way: 'uprobe', file: '/bin/sh', onReturn: false }
  assert.equal(place('uprobe', 'uprobe//bin/sh:0x1000'), { ...common, offset: 0x1000 })
  assert.equal(place('uprobe', 'uprobe//bin/sh:4096+0x10'), { ...common, offset: 4096 + 16 })
  assert.equal(place('uprobe', 'uprobe//bin/sh:4096+0x10', { offset: 1n }), { ...common, offset: 1 }, 'what the options say counts')
  assert.equal(place('uprobe', 'uretprobe.s', { binary: '/bin/sh', offset: 64n, referenceCounter: 32n, pid: 1 }), { ...common, offset: 64, onReturn: true, referenceCounter: 32, pid: 1 })
  refused(/no binary/, 'uprobe', 'uprobe')
  refused(/no place is named/, 'uprobe', 'uprobe', { binary: '/bin/sh' })
  refused(/is no place/, 'uprobe', 'uprobe//bin/sh:a+b')
  refused(/no file \/no\/such/, 'uprobe', 'uprobe//no/such:0x10')
  refused(/no libno-such.so where/, 'uprobe', 'uprobe/libno-such.so:0x10')
  refused(/no function "ccdk_no_such_function"/, 'uprobe', 'uprobe//bin/sh:ccdk_no_such_function')
})

test('uprobes at many places', () => {
  const at = { binary: '/bin/sh', offsets: [16n, 32n] }
  const common = { way: 'uprobe_multi', file: '/bin/sh', attachType: 42, onReturn: false }
  assert.equal(place('uprobe_multi', 'uprobe.multi', at), { ...common, places: [{ offset: 16 }, { offset: 32 }] })
  assert.equal(place('uprobe_multi', 'uretprobe.multi.s', { ...at, cookies: [1n, 2n], referenceCounters: [0n, 8n], pid: 3 }), {
    ...common, onReturn: true, pid: 3, places: [{ offset: 16, cookie: 1, referenceCounter: 0 }, { offset: 32, cookie: 2, referenceCounter: 8 }],
  })
  refused(/no binary/, 'uprobe_multi', 'uprobe.multi')
  refused(/no functions/, 'uprobe_multi', 'uprobe.multi', { binary: '/bin/sh' })
  refused(/1 cookies for 2 places/, 'uprobe_multi', 'uprobe.multi', { ...at, cookies: [1n] })
  refused(/1 reference counters for 2 places/, 'uprobe_multi', 'uprobe.multi', { ...at, referenceCounters: [1n] })
  refused(/no function that fits "ccdk_no_\*"/, 'uprobe_multi', 'uprobe.multi//bin/sh:ccdk_no_*')
})

test('where a process has a part of a file', () => {
  const maps = [
    '55d000000000-55d000001000 r--p 00000000 fe:00 123                        /usr/bin/some thing',
    '55d000001000-55d000003000 r-xp 00001000 fe:00 123                        /usr/bin/some thing',
    '7f0000000000-7f0000002000 r-xp 00001000 fe:00 124                        /usr/lib/other.so',
    '7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]',
  ].join('\n')
  assert.is(addressInMaps(maps, '/usr/bin/some thing', 0x1234n), 0x55d000001234n)
  assert.is(addressInMaps(maps, '/usr/lib/other.so', 0x1000n), 0x7f0000000000n)
  for (const offset of [0xfffn, 0x3000n]) assert.is(addressInMaps(maps, '/usr/bin/some thing', offset), undefined)
  assert.is(addressInMaps(maps, '/usr/bin/none', 0x1234n), undefined)
})

test.run()
