// gate: timeout 300s
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { ExperimentStore, type StoredTrial } from '../../../src/experiment/index.ts'
import { madeUpExperiment } from '../../support/made-up-experiment.ts'
import { suite, needs } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { markedProcesses } from '../support/machine-state.ts'

const test = suite('an experiment on a full disk', [needs.root, needs.structOps])

const writer = join(import.meta.dirname, '../../unit/experiment/store/support/add-trials-process.ts')
const script = `
set -e
mount -t tmpfs -o size=1m none "$1"
cp -r "$2" "$1/run"
"$3" "$4" "$1/run" && exit 9
cp -r "$1/run" "$5"
`

test('says so, and what was stored before is whole', async () => {
  using directory = temporaryDirectory()
  using small = temporaryDirectory()
  const [made, kept] = [join(directory.path, 'made'), join(directory.path, 'kept')]
  ExperimentStore.create(made, madeUpExperiment()).close()
  const args = ['-m', 'sh', '-c', script, 'sh', small.path, made, process.execPath, writer, kept]
  const { exitCode, stdout, stderr } = await execa('unshare', args, { reject: false })
  assert.is(exitCode, 0, stderr)
  assert.match(stderr, /SyscallError: storing trial \d+ in .*\(database or disk is full\): sqlite answered ENOSPC/)
  using store = ExperimentStore.open(kept, { write: true })
  assert.equal(store.trials().map(({ trial }) => String(trial.index)), stdout.split('\n'))
  assert.ok(store.trials().every(({ samples }) => samples.cwnd.length === 2000))
})

test('an experiment that finds no room leaves nothing', async () => {
  using small = temporaryDirectory()
  const code = `
    import { ExperimentStore } from '${join(import.meta.dirname, '../../../src/experiment/index.ts')}'
    import { madeUpExperiment } from '${join(import.meta.dirname, '../../support/made-up-experiment.ts')}'
    ExperimentStore.create(process.argv[1] + '/run', madeUpExperiment())`
  const tried = 'mount -t tmpfs -o size=64k none "$1"; "$2" --input-type=module -e "$3" "$1" ; ls "$1"'
  const { stdout, stderr } = await execa('unshare', ['-m', 'sh', '-c', tried, 'sh', small.path, process.execPath, code], { reject: false })
  assert.match(stderr, /SyscallError: making .*ENOSPC/)
  assert.is(stdout, '')
})

/** What is on a disk that only others have mounted: SQLite follows no link of /proc. */
function storedIn<T>(directory: string, look: (trial: StoredTrial) => T): T[] {
  using copy = temporaryDirectory()
  cpSync(directory, copy.path, { recursive: true })
  using store = ExperimentStore.open(copy.path)
  return store.trials().map(look)
}

test('ccdk ab says so, leaves nothing running, and goes on when there is room', async () => {
  using place = temporaryDirectory()
  const [small, journal] = [join(place.path, 'small'), join(place.path, 'journal')]
  for (const directory of [small, journal]) mkdirSync(directory, { mode: 0o700 })
  const spec = join(place.path, 'two.yaml')
  writeFileSync(spec, `
name: two
arms: { A: { cc: reno }, B: { cc: bpf_cubic } }
path: { rate: 20mbit, rtt: 10ms }
workload: [{ bulk: { flows: 2, seconds: 1 } }]
blocks: 1
late: 1min
`)
  // The disk is there as long as this lives, for those whom nsenter lets in; this process looks in by /proc.
  const disk = execa('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m none "$1" && echo there && exec sleep 600', 'sh', small], { reject: false })
  try {
    const pid = disk.nodeChildProcess.pid ?? 0
    await once(disk.nodeChildProcess.stdout ?? process.stdin, 'data')
    const seen = join(`/proc/${pid}/root`, small)
    const run = join(seen, 'run')
    const ccdk = (args: readonly string[]) =>
      execa('nsenter', ['-t', `${pid}`, '-m', process.execPath, join(import.meta.dirname, '../../../cli/main.ts'), 'ab', ...args], { reject: false, stdin: 'ignore', env: { CCDK_JOURNAL: journal } })
    const running = ccdk([spec, '--out', join(small, 'run')])
    let told = ''
    running.nodeChildProcess.stderr?.on('data', (text: Buffer) => (told += String(text)))
    await Promise.race([until(() => told.includes('\n1 of 2 '), 'a trial is stored'), running])
    const filler = join(seen, 'filler')
    assert.throws(() => {
      for (let bytes = 4096; bytes > 0; bytes -= 1) appendFileSync(filler, Buffer.alloc(4096))
    }, /ENOSPC/)
    const { exitCode, stderr } = await running
    assert.is(exitCode, 1, stderr)
    const [problem = '', hint = '', ...more] = stderr.slice(stderr.indexOf('ccdk: ')).trimEnd().split('\n')
    assert.match(problem, /^ccdk: storing trial 1 in .*\(database or disk is full\): sqlite answered ENOSPC$/)
    assert.match(hint, /make room on that disk/)
    assert.equal(more, [])
    assert.match(stderr, /^stopped, with 1 trial still to run; go on with: ccdk ab --resume .*run$/m)
    await until(() => markedProcesses(`CCDK_JOURNAL=${journal}`).length === 0, 'its processes have ended')
    assert.equal(readdirSync(journal), [])
    const look = ({ trial, startedAt, samples }: StoredTrial) => ({ trial: trial.index, startedAt, samples: samples.cwnd.length })
    const before = storedIn(run, look)
    assert.is(before.length, 1)
    assert.ok(before[0]?.samples ?? 0)

    rmSync(filler)
    const resumed = await ccdk(['--resume', join(small, 'run')])
    assert.is(resumed.exitCode, 0, resumed.stderr)
    const [first, ...others] = storedIn(run, look)
    assert.equal([first], before)
    assert.is(others.length, 1)
    assert.ok(existsSync(join(run, 'report.html')))
  } finally {
    disk.kill()
    await disk
  }
})

test.run()
