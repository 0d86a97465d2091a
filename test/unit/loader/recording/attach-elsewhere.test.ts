/** What the loader asks of a kernel for programs that the kernel of these tests may not load or attach. */
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { attach, type AttachOptions, ATTACH_TYPE, load, openObject, PROG_TYPE, RecordingTarget } from '../../../../src/loader/index.ts'
import { compileFixture } from '../../../support/compile.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { kernelOf } from '../../../support/this-kernel.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { parseBtf } from '../../../../src/btf/index.ts'

const test = suite('programs for other kernels', [needs.clang])

const bytes = readFileSync(await compileFixture('attach_elsewhere'))

// A kernel of two functions.
const types = new BtfWriter()
const proto = types.proto(types.int('int', 4, { signed: true }))
const [connect, lsm] = ['tcp_v4_connect', 'bpf_lsm_socket_connect'].map((name) => types.func(name, proto, 0))
const kernel = kernelOf(parseBtf(types.bytes(), { file: 'a small kernel' }))

const { KPROBE, TRACING, LSM, NETFILTER, PERF_EVENT, SCHED_CLS } = PROG_TYPE
const SLEEPABLE = 1 << 4
const event = (target: RecordingTarget) => target.enableRunStatistics()

interface Case {
  program: string
  type: number
  attachType?: number
  at?: number | undefined
  flags?: number
  options?: (target: RecordingTarget) => AttachOptions
  attachment: object
}

const cases: readonly Case[] = [
  { program: 'on_fentry', type: TRACING, attachType: ATTACH_TYPE.TRACE_FENTRY, at: connect, attachment: { way: 'tracing', attachType: ATTACH_TYPE.TRACE_FENTRY } },
  { program: 'on_fexit', type: TRACING, attachType: ATTACH_TYPE.TRACE_FEXIT, at: connect, flags: SLEEPABLE, attachment: { way: 'tracing', attachType: ATTACH_TYPE.TRACE_FEXIT } },
  { program: 'on_fmod_ret', type: TRACING, attachType: ATTACH_TYPE.MODIFY_RETURN, at: connect, attachment: { way: 'tracing', attachType: ATTACH_TYPE.MODIFY_RETURN } },
  { program: 'on_lsm', type: LSM, attachType: ATTACH_TYPE.LSM_MAC, at: lsm, flags: SLEEPABLE, attachment: { way: 'tracing', attachType: ATTACH_TYPE.LSM_MAC } },
  { program: 'on_kprobe', type: KPROBE, attachment: { way: 'kprobe', function: 'tcp_v4_connect', offset: 4n, onReturn: false } },
  { program: 'on_kretprobe', type: KPROBE, attachment: { way: 'kprobe', function: 'tcp_v4_connect', offset: 0n, onReturn: true } },
  {
    program: 'on_uretprobe',
    type: KPROBE,
    options: () => ({ pid: 42 }),
    attachment: { way: 'uprobe', file: '/bin/true', offset: 0x40n, onReturn: true, pid: 42 },
  },
  {
    program: 'on_uretprobe',
    type: KPROBE,
    // For a link of many places the kernel would take 0 for all processes.
    options: () => ({ pid: 0 }),
    attachment: { way: 'uprobe', file: '/bin/true', offset: 0x40n, onReturn: true, pid: process.pid },
  },
  {
    program: 'on_netfilter',
    type: NETFILTER,
    attachType: ATTACH_TYPE.NETFILTER,
    options: () => ({ netfilter: { family: 2, hook: 1, priority: -5 } }),
    attachment: { way: 'netfilter', family: 2, hook: 1, priority: -5 },
  },
  {
    program: 'on_netkit',
    type: SCHED_CLS,
    attachType: ATTACH_TYPE.NETKIT_PEER,
    options: () => ({ interface: 7 }),
    attachment: { way: 'netkit', interface: 7, attachType: ATTACH_TYPE.NETKIT_PEER },
  },
]

for (const { program, type, attachType = 0, at, flags = 0, options = () => ({}), attachment } of cases) {
  test(`${program} is loaded for its place and attached to it`, () => {
    const object = openObject(bytes, 'attach_elsewhere.bpf.o')
    for (const spec of object.programs) spec.autoload = spec.name === program
    using target = new RecordingTarget(kernel)
    using loaded = load(object, target)
    using link = attach(loaded, program, options(target))
    assert.ok(link.number > 0)
    const [definition] = target.calls.flatMap((call) => (call.method === 'loadProgram' ? [call.args[0]] : []))
    assert.ok(definition !== undefined)
    assert.equal([definition.type, definition.expectedAttachType, definition.flags], [type, attachType, flags])
    assert.equal(definition.attach, at === undefined ? undefined : { type: at, module: undefined })
    const last = target.calls.at(-1)
    assert.ok(last?.method === 'attach')
    assert.equal([last.args[0].number, last.args[1]], [loaded.programs.get(program)?.handle.number, attachment])
  })
}

test('a program on an event is given the event', () => {
  const object = openObject(bytes, 'attach_elsewhere.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === 'on_perf_event'
  using target = new RecordingTarget(kernel)
  using loaded = load(object, target)
  using opened = event(target)
  using link = attach(loaded, 'on_perf_event', { event: opened })
  assert.ok(link.number > 0)
  assert.is(loaded.programs.get('on_perf_event')?.spec.kind?.type, PERF_EVENT)
  const last = target.calls.at(-1)
  assert.ok(last?.method === 'attach' && last.args[1].way === 'perf_event')
  assert.is(last.args[1].event, opened)
})

test('a tracepoint has a category and a name, and nothing else', () => {
  using target = new RecordingTarget(kernel)
  for (const section of ['tp', 'tp/sched', 'tp/sched/sched_switch/more', 'tp/../sched_switch']) {
    using loaded = load(openObject(writeObject(new BtfWriter(), functions([{ name: 'on', section }])), 'on.bpf.o'), target)
    assert.throws(() => attach(loaded, 'on'), /no tracepoint is named/, section)
  }
})

test('an option that would change nothing is refused, and those that there are are told', () => {
  using target = new RecordingTarget(kernel)
  using loaded = load(openObject(bytes, 'attach_elsewhere.bpf.o'), target)
  const refused = (program: string, options: AttachOptions, message: RegExp, hint: string) =>
    assert.throws(
      () => attach(loaded, program, options),
      (error: unknown) => error instanceof UsageError && message.test(error.message) && error.hint === hint,
    )
  refused('on_kprobe', { pid: 7 }, /"on_kprobe" of section "kprobe\/.*": it takes no option "pid"/, 'it takes probe, cookie')
  refused('on_netkit', { interface: 7, flags: 1 }, /no option "flags"/, 'it takes interface, attachType, order')
})

test.run()
