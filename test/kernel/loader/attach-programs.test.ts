import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, type Handle, load, type LoadedObject, openObject, type Target } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { programOf } from '../support/links-object.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('attaching to functions of other programs', [needs.root, needs.structOps, needs.clang, needs.strace])

const [replaced = '', replacing = ''] = await Promise.all(['replaced', 'replacing'].map(compileFixture))

/** Undefined when this kernel lets nobody load such programs. */
function loadReplacing(target: Target, name: string, program: Handle): LoadedObject | undefined {
  const object = openObject(readFileSync(replacing), 'replacing.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === name
  try {
    return load(object, target, { attachTo: { [name]: { program } } })
  } catch (error) {
    assert.ok(error instanceof SyscallError && error.errno === 'EPERM' && /lets nobody load such programs/.test(error.hint), String(error))
    return undefined
  }
}

/** An Ethernet frame without anything in it. */
const data = new Uint8Array(64)

test('a program takes the place of a function of another, where the kernel lets it', async () => {
  await leavesNothing((target) => {
    using asking = load(openObject(readFileSync(replaced), 'replaced.bpf.o'), target)
    const asks = programOf(asking, 'asks')
    const answer = (): number => target.testRun(asks, { data }).returned
    assert.is(answer(), 1)
    using loaded = loadReplacing(target, 'answers_two', asks)
    if (loaded === undefined) return
    {
      using link = attach(loaded, 'answers_two')
      assert.is(answer(), 2)
      const info = target.objects.linkInfo(link)
      assert.equal(info.kind === 'tracing' && info.object, target.objects.programInfo(asks).id)
    }
    assert.is(answer(), 1)
  })
})

test('a program runs before a function of another, where the kernel lets it', async () => {
  await leavesNothing((target) => {
    using asking = load(openObject(readFileSync(replaced), 'replaced.bpf.o'), target)
    const asks = programOf(asking, 'asks')
    using loaded = loadReplacing(target, 'before_answer', asks)
    if (loaded === undefined) return
    using link = attach(loaded, 'before_answer')
    assert.is(target.objects.linkInfo(link).kind, 'tracing')
    target.testRun(asks, { data })
    assert.is(loaded.variable<bigint>('runs').get(), 1n)
  })
})

test('the kernel is told the program and the place of the function in its types', async () => {
  using directory = temporaryDirectory()
  const log = join(directory.path, 'calls')
  const host = join(import.meta.dirname, '../support/replacing-process.ts')
  await execa('strace', ['-f', '-e', 'trace=bpf', '-s', '64', '-o', log, process.execPath, host, replaced, replacing])
  const calls = readFileSync(log, 'utf8')
  const asks = /prog_name="asks".* = (\d+)$/m.exec(calls)?.[1]
  const answer = openObject(readFileSync(replaced), 'replaced.bpf.o').btf.find('answer', 'func')
  assert.ok(asks !== undefined && answer !== undefined)
  for (const [name, type] of [
    ['answers_two', 'BPF_PROG_TYPE_EXT'],
    ['before_answer', 'BPF_PROG_TYPE_TRACING'],
  ] as const) {
    const call = new RegExp(`prog_type=${type}, .*prog_name="${name}", .*`).exec(calls)?.[0] ?? ''
    assert.match(call, new RegExp(`attach_btf_id=${answer}, attach_prog_fd=${asks}\\b`))
  }
})

test.after(() => assert.equal(openFds(), []))

test.run()
