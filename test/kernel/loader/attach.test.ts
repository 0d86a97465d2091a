import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { UnsupportedKernelError, UsageError } from '../../../src/errors/index.ts'
import { LinuxTarget, openFds } from '../../../src/kernel/index.ts'
import { attach, type AttachOptions, load, type LoadedObject, openObject, prepare } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('attaching programs', [needs.root, needs.structOps, needs.clang])
const withTcx = suite('attaching programs', [needs.root, needs.structOps, needs.clang, needs.tcx])

const file = await compileFixture('attach')
const target = new LinuxTarget()

/** Loads only the programs named. */
function loadOnly(...names: string[]): LoadedObject {
  const object = openObject(readFileSync(file), 'attach.bpf.o')
  for (const program of object.programs) program.autoload = names.includes(program.name)
  return load(object, target)
}

/** A counter of the object's .bss, found by its symbol. */
function counter(loaded: LoadedObject, name: string): bigint {
  const symbol = loaded.object.elf.symbols.find((candidate) => candidate.name === name)
  const map = [...loaded.maps.values()].find(({ spec }) => spec.origin === 'bss')
  assert.ok(symbol !== undefined && map !== undefined, name)
  const value = target.lookup(map.handle, new Uint8Array(4), map.spec.valueSize)
  return Buffer.from(value ?? []).readBigUInt64LE(symbol.value)
}

/** A connection over loopback that carries some bytes each way. */
async function traffic(): Promise<void> {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const socket = connect(address.port, '127.0.0.1')
  await once(socket, 'connect')
  for (let round = 0; round < 20; round += 1) {
    socket.write('x'.repeat(1000))
    await once(socket, 'data')
  }
  socket.destroy()
  server.close()
  await once(server, 'close')
}

const loopback = 1

const cases: [program: string, count: string, options: AttachOptions][] = [
  ['on_raw_tp', 'raw_tp_runs', {}],
  ['on_tp_btf', 'tp_btf_runs', {}],
  ['on_tcx', 'tcx_runs', { interface: loopback }],
  // Generic mode: loopback has no driver of its own.
  ['on_xdp', 'xdp_runs', { interface: loopback, flags: 2 }],
]

for (const [program, count, options] of cases) {
  const declare = program === 'on_tcx' ? withTcx : test
  declare(`${program} runs while its link is open, and not after`, async () => {
    using loaded = loadOnly(program)
    {
      using link = attach(loaded, program, options)
      assert.ok(target.objects.linkInfo(link).id > 0)
      await traffic()
      assert.ok(counter(loaded, count) > 0n, `${count} is ${counter(loaded, count)}`)
    }
    await sleep(50)
    const before = counter(loaded, count)
    await traffic()
    assert.is(counter(loaded, count), before)
  })
}

test('an iterator writes a line for each socket', async () => {
  using loaded = loadOnly('on_iter')
  using link = attach(loaded, 'on_iter')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const lines = Buffer.from(target.runIterator(link)).toString().split('\n').slice(0, -1)
  assert.ok(lines.length > 0 && lines.every((line) => line === 'socket'), lines.join())
  server.close()
})

/** Where the cgroup v2 hierarchy is mounted: alone, or beside the old one. */
const [, cgroups = ''] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
const [, ownCgroup = '/'] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? []

test('a program is attached to a cgroup, and runs for what its processes send', async () => {
  const directory = `${cgroups}/ccdk-test-${process.pid}`
  mkdirSync(directory)
  const fd = openSync(directory, 'r')
  try {
    using loaded = loadOnly('on_cgroup')
    using link = attach(loaded, 'on_cgroup', { file: fd })
    assert.ok(target.objects.linkInfo(link).id > 0)
    await traffic()
    assert.is(counter(loaded, 'cgroup_runs'), 0n, 'this process is in another cgroup')
    writeFileSync(`${directory}/cgroup.procs`, String(process.pid))
    await traffic()
    assert.ok(counter(loaded, 'cgroup_runs') > 0n)
  } finally {
    writeFileSync(`${cgroups}${ownCgroup}/cgroup.procs`, String(process.pid))
    closeSync(fd)
    rmdirSync(directory)
  }
})

test('a program is attached to a network namespace', () => {
  const fd = openSync('/proc/self/ns/net', 'r')
  try {
    using loaded = loadOnly('on_sk_lookup')
    using link = attach(loaded, 'on_sk_lookup', { file: fd })
    assert.ok(target.objects.linkInfo(link).id > 0)
  } finally {
    closeSync(fd)
  }
})

/** A system call that nothing else makes: `process.ppid` asks the kernel each time. */
const askForParent = () => Array.from({ length: 100 }, () => process.ppid)

test('a tracepoint runs its program', () => {
  const mounted = existsSync('/sys/kernel/tracing/events')
  if (!mounted) execFileSync('mount', ['-t', 'tracefs', 'tracefs', '/sys/kernel/tracing'])
  try {
    using loaded = loadOnly('on_tracepoint')
    using link = attach(loaded, 'on_tracepoint')
    askForParent()
    assert.ok(target.objects.linkInfo(link).id > 0)
    assert.ok(counter(loaded, 'tracepoint_runs') >= 100n)
  } finally {
    if (!mounted) execFileSync('umount', ['/sys/kernel/tracing'])
  }
})

for (const [program, count] of [
  ['on_uprobe', 'uprobe_runs'],
  ['on_uretprobe', 'uretprobe_runs'],
] as const) {
  test(`${program} runs when this process calls a function of the C library`, () => {
    const [, libc = ''] = /(\/\S*\/libc\.so\.6)$/m.exec(readFileSync('/proc/self/maps', 'utf8')) ?? []
    using loaded = loadOnly(program)
    {
      using link = attach(loaded, program, { probe: { binary: libc, function: 'getppid' }, pid: process.pid })
      assert.ok(target.objects.linkInfo(link).id > 0)
      askForParent()
      assert.ok(counter(loaded, count) >= 100n, `${count} is ${counter(loaded, count)}`)
    }
    const before = counter(loaded, count)
    askForParent()
    assert.is(counter(loaded, count), before)
  })
}

test('a kernel without kprobes says what would bring them', () => {
  using loaded = loadOnly('on_kprobe')
  if (existsSync('/sys/bus/event_source/devices/kprobe')) {
    using link = attach(loaded, 'on_kprobe')
    assert.ok(target.objects.linkInfo(link).id > 0)
    return
  }
  assert.throws(() => attach(loaded, 'on_kprobe'), (error: unknown) => error instanceof UnsupportedKernelError && /CONFIG_KPROBE_EVENTS/.test(error.message))
})

test('what is missing is said before the kernel is asked', () => {
  using loaded = loadOnly('on_xdp')
  assert.throws(() => attach(loaded, 'on_xdp'), (error: unknown) => error instanceof UsageError && /interface/.test(error.message))
  assert.throws(() => attach(loaded, 'no_such'), (error: unknown) => error instanceof UsageError && /on_xdp/.test(error.message))
})

withTcx('an interface that does not exist is named as the cause', () => {
  using loaded = loadOnly('on_tcx')
  assert.throws(() => attach(loaded, 'on_tcx', { interface: 999_999 }), /ENODEV/)
})

test('a function that the kernel does not have is a problem of preparing', () => {
  const object = openObject(readFileSync(file), 'attach.bpf.o')
  for (const program of object.programs) program.autoload = program.name === 'on_fentry'
  const [problem] = prepare(object, target).problems
  assert.instance(problem, UnsupportedKernelError)
  assert.match(problem?.message ?? '', /ccdk_no_such_function/)
})

test.after(() => {
  target[Symbol.dispose]()
  assert.equal(openFds(), [])
})

withTcx.run()
test.run()
