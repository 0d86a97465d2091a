import * as assert from 'uvu/assert'
import { UsageError, VerifierError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, disassemble, load, namesIn, RecordingTarget, type VerifierLogOptions } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample, openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('logs of programs that are accepted', [needs.root, needs.structOps, needs.clang])

/** The logs of an example's programs, by name. */
async function logsOf(verifierLog?: VerifierLogOptions, change?: (object: BpfObject) => void) {
  const object = await openExample('bpf_reno')
  change?.(object)
  return await leavesNothing((target) => {
    using loaded = load(object, target, verifierLog === undefined ? {} : { verifierLog })
    return new Map(Array.from(loaded.programs, ([name, { log }]) => [name, log]))
  })
}

const withoutAddresses = (log: string): string => log.replaceAll(/0x[\da-f]{8,}/g, 'ADDRESS')
const counts = /^processed \d+ insns .*$/m

test('there is none unless it is asked for', async () => {
  for (const log of (await logsOf()).values()) assert.is(log, null)
})

test('level 1 sums up, 2 shows every instruction, and 4 counts; 2 is what is meant when none is said', async () => {
  const [first, second, statistics, unsaid] = [await logsOf({ level: 1 }), await logsOf({ level: 2 }), await logsOf({ level: 4 }), await logsOf({})]
  for (const [name, log] of second) {
    const [little, few, usual] = [first.get(name) ?? '', statistics.get(name) ?? '', unsaid.get(name) ?? '']
    for (const text of [log ?? '', little, few]) assert.match(text, counts)
    assert.match(log ?? '', /^\d+: \([\da-f]{2}\) exit/m)
    // Maps stand at other addresses each time.
    assert.is(withoutAddresses(usual), withoutAddresses(log ?? ''))
    assert.match(few, /^verification time \d+ usec$/m)
    for (const text of [little, few]) assert.not.match(text, /^\d+: \(/m)
  }
})

test('a program may say it for itself', async () => {
  const logs = await logsOf(undefined, ({ programs: [program] }) => {
    if (program !== undefined) program.verifierLog = { level: 4 }
  })
  assert.equal([...logs.values()].map((log) => log !== null), [true, false, false])
})

test('what does not fit into the size that was chosen is left out, and the program is loaded', async () => {
  const whole = await logsOf({ level: 2 })
  for (const [name, log] of await logsOf({ level: 2, size: 256 })) {
    assert.ok(log !== null && log.length > 0 && log.length < 256, `${name}: ${log?.length}`)
    // Kernels from 6.4 on keep the end of it.
    const end = log.trimEnd().split('\n').at(-1) ?? ''
    assert.match(end, counts)
    assert.ok((whole.get(name) ?? '').length > 256)
  }
})

test('the log of a refused program is given as well', async () => {
  const object = await openFixture('verifier_reject')
  const logs: [string, string][] = []
  const error = await leavesNothing((target) => {
    try {
      load(object, target, { verifierLog: { level: 2, write: (program, log) => logs.push([program, log]) } })[Symbol.dispose]()
    } catch (thrown) {
      return thrown
    }
    return undefined
  })
  assert.ok(error instanceof VerifierError)
  assert.equal(logs.at(-1), [error.program, error.log])
  assert.match(error.log, 'no write support to tcp_sock')
})

test('what no kernel takes is refused before it is asked', async () => {
  const object = await openExample('bpf_reno')
  using target = new RecordingTarget(new LinuxTarget())
  for (const verifierLog of [{ level: 0 }, { level: 8 }, { level: 1.5 }, { size: 127 }, { size: 2 ** 24 }]) {
    assert.throws(() => load(object, target, { verifierLog }), (error: unknown) => error instanceof UsageError)
    assert.equal(target.open, [])
  }
})

test('the instructions are spelled as the verifier spells them', async () => {
  const object = await openExample('bpf_cubic')
  using linux = new LinuxTarget()
  using recording = new RecordingTarget(linux)
  load(object, recording)[Symbol.dispose]()
  const names = namesIn(recording.calls, linux)
  const ours = new Map(
    recording.calls.flatMap((call) => (call.method === 'loadProgram' ? [[call.args[0].name, disassemble(call.args[0].instructions, names)] as const] : [])),
  )
  using loaded = load(object, linux, { verifierLog: { level: 2 } })
  let compared = 0
  for (const [name, { log }] of loaded.programs) {
    const lines = new Set(ours.get(name))
    for (const [, line = ''] of (log ?? '').matchAll(/^(\d+: \([\da-f]{2}\) .*?)(?: +;.*)?$/gm)) {
      // Loads of addresses show where the kernel has them.
      if (line.includes('(18)')) continue
      assert.ok(lines.has(line), `${name}: ${line}`)
      compared += 1
    }
  }
  assert.ok(compared > 300, String(compared))
})

test.run()
