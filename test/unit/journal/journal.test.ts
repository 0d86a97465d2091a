import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { cleanUp, Journal, journalDirectory } from '../../../src/journal/index.ts'
import { bootId, processStart } from '../../../src/kernel/index.ts'
import { entryLine, type Owner, ownerLine } from '../../../src/journal/lines.ts'
import { suite } from '../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'

const test = suite<{ place: TemporaryDirectory; directory: string }>('a journal')

test.before.each((context) => {
  context.place = temporaryDirectory()
  context.directory = join(context.place.path, 'journal')
})
test.after.each(({ place }) => place[Symbol.dispose]())

const owner: Owner = { run: '0123456789', command: 'demo', pid: 4_194_400, start: 17, boot: bootId(), at: 1 }

/** What a killed run has left: its file, which nobody has locked. */
function write(directory: string, text: string, name = owner.run): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `${name}.journal`)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const idle = (environment: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', env: { ...process.env, ...environment } })

test('is there as long as the run, for its user alone', ({ directory }) => {
  const journal = Journal.begin('test', directory)
  assert.ok(existsSync(journal.path))
  assert.equal([statSync(directory), statSync(journal.path)].map(({ mode }) => mode & 0o777), [0o700, 0o600])
  journal[Symbol.dispose]()
  assert.equal(readdirSync(directory), [])
  journal[Symbol.dispose]()
})

test('a temporary directory goes with the block that uses it, or with the next cleanup', async ({ directory }) => {
  using journal = Journal.begin('test', directory)
  const made = journal.temporaryDirectory()
  writeFileSync(join(made.path, 'file'), 'x')
  made[Symbol.dispose]()
  assert.not.ok(existsSync(made.path))

  const left = journal.temporaryDirectory().path
  writeFileSync(join(left, 'file'), 'x')
  // While the run goes on nobody else undoes it.
  const [going] = (await cleanUp({ directory })).runs
  assert.equal([going?.state, going?.things.map(({ outcome }) => outcome)], ['running', ['there']])
  journal[Symbol.dispose]()
  assert.ok(existsSync(journal.path) && existsSync(left))

  const dry = await cleanUp({ directory, dryRun: true })
  assert.equal(dry.runs.map(({ state, things }) => [state, things.map(({ outcome }) => outcome)]), [['ended', ['there']]])
  assert.ok(existsSync(left))
  const [run] = (await cleanUp({ directory })).runs
  assert.equal(run?.things.map(({ outcome }) => outcome), ['undone'])
  assert.not.ok(existsSync(left))
  assert.equal(readdirSync(directory), [])
  assert.equal(await cleanUp({ directory }), { runs: [], refused: [] })
})

test('a directory that another has made under that name is left alone', async ({ directory, place }) => {
  const path = join(place.path, `ccdk-1-${owner.run}`)
  mkdirSync(path)
  writeFileSync(join(path, 'file'), 'theirs')
  write(directory, ownerLine(owner) + entryLine(1, { kind: 'directory', path }))
  assert.equal((await cleanUp({ directory })).runs, [])
  assert.is(readFileSync(join(path, 'file'), 'utf8'), 'theirs')
  rmSync(path, { recursive: true })

  const elsewhere = join(place.path, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, '.ccdk-run'), owner.run)
  symlinkSync(elsewhere, path)
  write(directory, ownerLine(owner) + entryLine(1, { kind: 'directory', path }))
  assert.equal((await cleanUp({ directory })).runs, [])
  assert.ok(existsSync(join(elsewhere, '.ccdk-run')))
})

test('processes with the mark of the run are ended, and no other', async ({ directory }) => {
  const children = [idle({ CCDK_RUN: owner.run }), idle({ CCDK_RUN: `${owner.run}0` }), idle({ X: `CCDK_RUN=${owner.run}` }), idle()]
  const alive = () => children.map(({ pid = 0 }) => processStart(pid) !== undefined)
  try {
    const environ = (pid = 0) => readFileSync(`/proc/${pid}/environ`, 'utf8')
    await until(() => children.every(({ pid }) => environ(pid).includes('PATH')), 'they run')
    write(directory, ownerLine(owner) + entryLine(1, { kind: 'children' }))
    const [run] = (await cleanUp({ directory })).runs
    assert.equal(run?.things.map(({ what, outcome }) => [what, outcome]), [[`processes that it started: ${children[0]?.pid}`, 'undone']])
    assert.equal(alive(), [false, true, true, true])
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
})

test('a process that does not end when it is asked to is killed', async ({ directory }) => {
  const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log()"
  const child = spawn(process.execPath, ['--eval', code], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const pid = child.pid ?? 0
  write(directory, ownerLine(owner) + entryLine(1, { kind: 'process', pid, start: processStart(pid) ?? 0 }))
  const [run] = (await cleanUp({ directory })).runs
  assert.equal(run?.things.map(({ outcome }) => outcome), ['undone'])
  assert.equal(await ended, [null, 'SIGKILL'])
})

test('a process is known by its number and its start: one that has the number by now is left alone', async ({ directory }) => {
  const child = idle()
  try {
    const pid = child.pid ?? 0
    const start = processStart(pid) ?? 0
    write(directory, ownerLine(owner) + entryLine(1, { kind: 'process', pid, start: start - 1 }))
    assert.equal((await cleanUp({ directory })).runs, [])
    assert.is(processStart(pid), start)
    write(directory, ownerLine(owner) + entryLine(1, { kind: 'process', pid, start }))
    assert.is((await cleanUp({ directory })).runs.length, 1)
    assert.is(processStart(pid), undefined)
  } finally {
    child.kill('SIGKILL')
  }
})

test('a run that is not locked has ended, whoever has its number now', async ({ directory, place }) => {
  const path = join(place.path, `ccdk-1-${owner.run}`)
  mkdirSync(path)
  const self = { ...owner, pid: process.pid, start: (processStart(process.pid) ?? 0) - 1 }
  write(directory, ownerLine(self) + entryLine(1, { kind: 'directory', path }))
  assert.is((await cleanUp({ directory })).runs[0]?.state, 'ended')
  assert.not.ok(existsSync(path))
})

test('what was made before the machine was started anew is gone, but for directories', async ({ directory, place }) => {
  const path = join(place.path, `ccdk-2-${owner.run}`)
  mkdirSync(path)
  const child = idle()
  try {
    const pid = child.pid ?? 0
    const before = { ...owner, boot: '00000000-0000-0000-0000-000000000000' }
    const process = entryLine(1, { kind: 'process', pid, start: processStart(pid) ?? 0 })
    write(directory, ownerLine(before) + process + entryLine(2, { kind: 'directory', path }))
    const [run] = (await cleanUp({ directory })).runs
    assert.equal(run?.things.map(({ entry }) => entry.kind), ['directory'])
    assert.not.ok(existsSync(path))
    assert.ok(processStart(pid))
  } finally {
    child.kill('SIGKILL')
  }
})

test('a line that was cut is left out, and what follows can be read', async ({ directory, place }) => {
  const path = join(place.path, `ccdk-1-${owner.run}`)
  mkdirSync(path)
  writeFileSync(join(path, '.ccdk-run'), 'another')
  const file = write(directory, `${ownerLine(owner) + entryLine(1, { kind: 'pin', path: '/proc/1/comm', object: 'map', id: 1 })}{"number":2,"ent`)
  const [run] = (await cleanUp({ directory })).runs
  assert.equal(run?.things.map(({ outcome, reason }) => [outcome, reason]), [['failed', '/proc/1/comm is not in a BPF file system, so nothing is pinned there']])
  assert.not.match(readFileSync(file, 'utf8'), 'ent"')
  const [again] = (await cleanUp({ directory })).runs
  assert.is(again?.things[0]?.outcome, 'failed')
})

test('two cleanups at once undo each thing once', async ({ directory, place }) => {
  for (let number = 0; number < 20; number += 1) {
    const run = String(number).padStart(10, '0')
    const path = join(place.path, `ccdk-1-${run}`)
    mkdirSync(path)
    write(directory, ownerLine({ ...owner, run }) + entryLine(1, { kind: 'directory', path }), run)
  }
  const both = await Promise.all([cleanUp({ directory }), cleanUp({ directory })])
  const outcomes = both.flatMap(({ runs }) => runs.flatMap(({ things }) => things.map(({ outcome }) => outcome)))
  assert.is(outcomes.filter((outcome) => outcome === 'undone').length, 20)
  assert.equal(readdirSync(place.path), ['journal'])
  assert.equal(readdirSync(directory), [])
})

test('a journal that others could have written is not believed', async ({ directory, place }) => {
  const text = ownerLine(owner) + entryLine(1, { kind: 'children' })
  const reasons = async () => (await cleanUp({ directory })).refused.map(({ reason }) => reason.replace(/^\S+ /, ''))
  const file = write(directory, text)
  chmodSync(file, 0o620)
  assert.equal(await reasons(), ['is open to others (mode 620), and nothing that it says is believed'])
  chmodSync(file, 0o600)
  linkSync(file, join(place.path, 'other'))
  assert.equal(await reasons(), ['has another name too, and nothing that it says is believed'])
  rmSync(file)
  symlinkSync(join(place.path, 'other'), file)
  assert.equal(await reasons(), ['is a symbolic link, and nothing that it says is believed'])
  rmSync(file)
  mkdirSync(file)
  assert.match((await reasons()).join(), 'EISDIR')
  rmSync(file, { recursive: true })
  write(directory, `${text}nonsense\n`)
  assert.match((await reasons()).join(), 'line 3')
  assert.ok(existsSync(file))
})

test('nor is a directory that others could have put one into', async ({ directory, place }) => {
  const refused = async () => {
    for (const work of [async () => void (await cleanUp({ directory })), async () => Journal.begin('test', directory)[Symbol.dispose]()]) {
      try {
        await work()
        assert.unreachable()
      } catch (error) {
        assert.instance(error, UsageError)
      }
    }
  }
  mkdirSync(directory, { mode: 0o700 })
  chmodSync(directory, 0o755)
  await refused()
  rmSync(directory, { recursive: true })
  mkdirSync(join(place.path, 'other'), { mode: 0o700 })
  symlinkSync(join(place.path, 'other'), directory)
  await refused()
})

test('what could not be found again is not written down', ({ directory }) => {
  using journal = Journal.begin('test', directory)
  assert.throws(() => journal.note({ kind: 'directory', path: '/tmp' }), (error: unknown) => error instanceof UsageError)
  assert.throws(() => journal.note({ kind: 'mount', path: '/tmp/x', source: 'bpf' }), (error: unknown) => error instanceof UsageError)
})

test('a run that begins while others clean up keeps its journal', async ({ directory }) => {
  const journals: Journal[] = []
  for (let times = 0; times < 50; times += 1) {
    const cleaning = cleanUp({ directory })
    journals.push(Journal.begin('test', directory))
    await cleaning
  }
  assert.is(readdirSync(directory).length, 50)
  for (const journal of journals) journal[Symbol.dispose]()
  assert.equal(readdirSync(directory), [])
})

test("root's journals are in /run, those of others in their state directory", () => {
  assert.is(journalDirectory({ CCDK_JOURNAL: '/x' }), '/x')
  const state = journalDirectory({ XDG_STATE_HOME: '/home/me/state' })
  assert.is(state, process.geteuid?.() === 0 ? '/run/ccdk/journal' : '/home/me/state/ccdk/journal')
})

test.run()
