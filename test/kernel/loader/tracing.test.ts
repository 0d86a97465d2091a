/** Kprobes, fentry and fexit, for kernels that have them: it is run on Linux 6.12, see test/vm. */
import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import * as assert from 'uvu/assert'
import { CcdkError, UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, type AttachOptions, load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('tracing the kernel', [needs.root, needs.structOps, needs.clang, needs.kprobes])

const file = await compileFixture('tracing')

function loadOnly(target: LinuxTarget, program: string): LoadedObject {
  const object = openObject(readFileSync(file), 'tracing.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === program
  return load(object, target)
}

interface Seen {
  runs: bigint
  cookies: bigint
}

/** A system call with arguments: of those without the kernel knows the function by another of its names. */
const askForPriority = () => Array.from({ length: 100 }, () => getPriority())

const getpriority = '__x64_sys_getpriority'
/** The address is found when the test runs: not every user may see it. */
const address = (target: LinuxTarget): bigint => target.symbolAddress(getpriority) ?? 0n

const cases: [program: string, perCall: bigint, cookies: bigint, options: (target: LinuxTarget) => AttachOptions][] = [
  ['kprobe', 1n, 5n, () => ({ cookie: 5n })],
  ['kretprobe', 1n, 0n, () => ({})],
  ['ksyscall', 1n, 0n, () => ({})],
  ['kretsyscall', 1n, 6n, () => ({ cookie: 6n })],
  ['kprobe_address', 1n, 7n, (target) => ({ probe: { offset: address(target) }, cookie: 7n })],
  ['multi_pattern', 1n, 0n, () => ({})],
  ['multi_return', 1n, 0n, () => ({})],
  ['multi_list', 1n, 1n << 63n, () => ({ probe: { functions: [getpriority, '__x64_sys_setns'], cookies: [1n << 63n, 4n] } })],
  ['multi_list', 1n, 4n, (target) => ({ probe: { addresses: [address(target)], cookies: [4n] } })],
  // At the function's beginning and at its end.
  ['session', 2n, 0n, () => ({})],
  ['fentry', 1n, 3n, () => ({ cookie: 3n })],
  ['fexit', 1n, 0n, () => ({})],
]

for (const [name, perCall, cookies, options] of cases) {
  test(`${name} runs while its link is open, and not after: cookies ${cookies}`, async () => {
    await leavesNothing((target) => {
      using loaded = loadOnly(target, `on_${name}`)
      const seen = loaded.variable<Seen>(name)
      {
        using link = attach(loaded, `on_${name}`, options(target))
        assert.ok(target.objects.linkInfo(link).id > 0)
        askForPriority()
        // Others on the machine may ask as well.
        assert.ok(seen.get().runs >= 100n * perCall, `${seen.get().runs} runs`)
        assert.is(seen.get().cookies, cookies)
      }
      const { runs } = seen.get()
      askForPriority()
      assert.is(seen.get().runs, runs)
    })
  })
}

test('what is not there is said', async () => {
  await leavesNothing((target) => {
    const refused = (program: string, options: AttachOptions, message: RegExp) => {
      using loaded = loadOnly(target, program)
      assert.throws(() => attach(loaded, program, options), (error: unknown) => error instanceof CcdkError && message.test(`${error.message}: ${error.hint}`), String(message))
    }
    refused('on_kprobe', { probe: { function: 'ccdk_no_such_function' } }, /ENOENT: there is no such file or function/)
    refused('on_multi_list', { probe: { functions: ['ccdk_no_such_function'] } }, /ESRCH: one of the functions is none that can be traced/)
    refused('on_multi_list', { probe: { functions: 'ccdk_no_*' } }, /no function that fits "ccdk_no_\*"/)
    using loaded = loadOnly(target, 'on_multi_list')
    assert.throws(() => attach(loaded, 'on_multi_list'), (error: unknown) => error instanceof UsageError)
  })
})

test.run()
