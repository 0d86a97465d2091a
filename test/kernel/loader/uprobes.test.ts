/** Uprobes: binaries by name, functions by version, counters, cookies, and many places by one link. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { parseElf } from '../../../src/elf/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, type AttachOptions, load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { fileOffset } from '../../../src/loader/probes/binary.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { unlessMissed } from '../support/missed-runs.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { compileProgram, fixtures, Victim } from '../support/victim.ts'

const test = suite('uprobes', [needs.root, needs.structOps, needs.clang, needs.gcc])

const file = await compileFixture('uprobes')
const directory = temporaryDirectory()
const library = join(directory.path, 'libccdk-test.so')
const caller = join(directory.path, 'ccdk-test-caller')

test.before(async () => {
  const source = join(fixtures, 'library.c')
  await compileProgram(directory.path, { source, name: 'libccdk-test.so', options: ['-O2', '-shared', '-fPIC', `-Wl,--version-script=${join(fixtures, 'library.map')}`] })
  await compileProgram(directory.path, { source: join(fixtures, 'caller.c'), name: 'ccdk-test-caller' })
})
test.after(() => directory[Symbol.dispose]())

function loadOnly(target: LinuxTarget, name: string): LoadedObject {
  const object = openObject(readFileSync(file), 'uprobes.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === `on_${name}`
  return load(object, target)
}

interface Seen {
  runs: bigint
  cookies: bigint
}

type Answered = Seen & { answer: string }

/** Attaches a program, has the caller do its work once, and compares what the program has seen, and the caller said. */
async function sees(name: string, options: AttachOptions, expected: Answered, asked = caller): Promise<void> {
  await leavesNothing(async (target) => {
    await using victim = await Victim.start(asked, [library])
    await using other = await Victim.start(asked, [library])
    using loaded = loadOnly(target, name)
    const seen = loaded.variable<Seen>(name)
    const pid = 'pid' in options ? { pid: victim.pid } : {}
    await unlessMissed(loaded, async () => {
      seen.set({ runs: 0n, cookies: 0n })
      using link = attach(loaded, `on_${name}`, { ...options, ...pid })
      assert.ok(target.objects.linkInfo(link).id > 0)
      const answer = await victim.ask('10')
      assert.equal({ ...seen.get(), answer }, expected)
      await other.ask('10')
      assert.is(seen.get().runs, 'pid' in options ? expected.runs : 2n * expected.runs, 'the other process')
    })
    const { runs } = seen.get()
    assert.is(await victim.ask('10'), '22 0')
    assert.is(seen.get().runs, runs)
  })
}

/** 10, what three functions add, and what the versions of the library answer; then the counter. */
const runs = (name: string, options: AttachOptions, count: bigint, asked?: string): Promise<void> =>
  sees(name, options, { runs: count, cookies: 0n, answer: '22 0' }, asked)

test('a version of a function is found, and the default one without', async () => {
  for (const [name, count] of [['answer@V1', 1n], ['answer@@V2', 2n], ['answer', 2n], ['answer+0', 2n]] as const) {
    await runs('place', { probe: { binary: library, function: name } }, count)
  }
  await runs('on_return', { probe: { binary: library, function: 'answer@V1' } }, 1n)
})

/** Does something with a variable of the environment set. */
async function withEnvironment(name: string, value: string, work: () => Promise<void>): Promise<void> {
  const before = process.env[name]
  process.env[name] = value
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
}

test('a library is found in LD_LIBRARY_PATH, a program in PATH', async () => {
  const refused = (name: string, why: RegExp) => leavesNothing((target) => {
    using loaded = loadOnly(target, name)
    assert.throws(() => attach(loaded, `on_${name}`), (error: unknown) => error instanceof UsageError && why.test(error.message))
  })
  await refused('library', /no libccdk-test\.so where programs and libraries are looked for/)
  await withEnvironment('LD_LIBRARY_PATH', `/no/such:${directory.path}`, () => runs('library', {}, 1n))
  await refused('program', /no ccdk-test-caller where/)
  await withEnvironment('PATH', `${directory.path}:${process.env['PATH']}`, async () => {
    await runs('program', {}, 1n)
    await runs('pattern', {}, 3n)
    await runs('return_pattern', {}, 1n)
  })
  // A standard one: nothing calls it here.
  await leavesNothing((target) => {
    using loaded = loadOnly(target, 'place')
    using link = attach(loaded, 'on_place', { probe: { binary: 'libc.so.6', function: 'getppid' }, pid: process.pid })
    for (let round = 0; round < 10; round += 1) void process.ppid
    assert.ok(loaded.variable<Seen>('place').get().runs > 0n)
    assert.ok(target.objects.linkInfo(link).id > 0)
  })
})

test('functions are found by the segments of programs at a fixed place, at any place, and stripped', async () => {
  for (const options of [['-no-pie', '-fno-pie'], ['-pie', '-fPIE'], ['-no-pie', '-Wl,-z,separate-code'], ['-pie', '-Wl,-z,noseparate-code']]) {
    const program = await compileProgram(directory.path, { source: join(fixtures, 'caller.c'), name: `caller${options.join('')}`, options: ['-O2', ...options] })
    await runs('place', { probe: { binary: program, function: 'step_two' } }, 1n, program)
  }
  // What it offers others is all that is left.
  const stripped = await compileProgram(directory.path, { source: join(fixtures, 'caller.c'), name: 'stripped', options: ['-O2', '-rdynamic', '-s'] })
  await runs('place', { probe: { binary: stripped, function: 'step_two' } }, 1n, stripped)
})

test('one process, a cookie, and a counter in its memory', async () => {
  const elf = parseElf(readFileSync(caller), caller)
  const counter = elf.symbols.find(({ name }) => name === 'caller_counter')
  const referenceCounter = fileOffset(elf, BigInt(counter?.value ?? 0)) ?? 0n
  assert.ok(referenceCounter > 0n)
  const probe = { binary: caller, function: 'step_one', referenceCounter }
  await sees('place', { probe, pid: 0, cookie: 0xffff_0000_0000_0001n }, { runs: 1n, cookies: 0xffff_0000_0000_0001n, answer: '22 1' })
})

test('many places by one link, each with a cookie and a counter of its own', async () => {
  const elf = parseElf(readFileSync(caller), caller)
  const counter = fileOffset(elf, BigInt(elf.symbols.find(({ name }) => name === 'caller_counter')?.value ?? 0)) ?? 0n
  const probe = { binary: caller, functions: ['step_one', 'step_two', 'call'], cookies: [1n, 2n, 1n << 63n] }
  const expected = { runs: 3n, cookies: 3n | (1n << 63n), answer: '22 2' }
  await sees('list', { probe: { ...probe, referenceCounters: [counter, counter, 0n] }, pid: 0 }, expected)
  const functions = elf.symbols.filter(({ name }) => name.startsWith('step_'))
  const offsets = functions.map(({ value }) => fileOffset(elf, BigInt(value)) ?? 0n)
  await runs('list', { probe: { binary: caller, offsets } }, 3n)
})

test('a session runs when a function is entered and when it returns', async () => {
  await runs('session', { probe: { binary: caller, functions: 'step_*' } }, 6n)
})

test('two functions of one name are told apart by their places', async () => {
  const source = join(directory.path, 'twice.c')
  const part = (name: string, value: number) => `static __attribute__((noinline)) int same(void) { __asm__(""); return ${value}; } int ${name}(void) { return same(); }\n`
  for (const [name, value] of [['one', 1], ['two', 2]] as const) {
    await execa('gcc', ['-O0', '-x', 'c', '-c', '-', '-o', join(directory.path, `${name}.o`)], { input: part(name, value) })
  }
  await execa('gcc', ['-x', 'c', '-', '-x', 'none', ...['one.o', 'two.o'].map((name) => join(directory.path, name)), '-o', source.replace('.c', '')], {
    input: 'int one(void); int two(void); int main(void) { return one() + two(); }',
  })
  await leavesNothing((target) => {
    using loaded = loadOnly(target, 'place')
    const options = { probe: { binary: source.replace('.c', ''), function: 'same' } }
    assert.throws(() => attach(loaded, 'on_place', options), (error: unknown) => error instanceof UsageError && /several functions "same"/.test(error.message) && /0x[\da-f]+, 0x[\da-f]+$/.test(error.hint))
  })
})

test.run()
