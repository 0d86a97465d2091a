// gate: timeout 600s
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type ExperimentResult, ExperimentStore } from '../../../src/experiment/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { describeMap } from '../../../src/structops/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, type ErrorDocument, startCcdk } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { exampleFile } from '../support/algorithm.ts'
import { descendants, isRunning } from '../support/demo.ts'
import { KilledRuns } from '../support/killed-ab.ts'

/** Of figures only is asked what holds on a machine that is busy too: a trial may be disturbed, and then says so. */
const test = suite('ccdk ab', [needs.root, needs.structOps, needs.clang, needs.bpftool])

const place = temporaryDirectory()
const journal = join(place.path, 'journal')
mkdirSync(journal, { mode: 0o700 })
const settings = { cwd: place.path, env: { CCDK_JOURNAL: journal } }

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  place[Symbol.dispose]()
  await lock?.[Symbol.asyncDispose]()
})

const spec = (more: string): string => `
name: tiny
arms:
  A: { cc: reno }
  B: { object: ${exampleFile('bpf_cubic')} }
path: { rate: 20mbit, rtt: 10ms, queue: { limit: 20p } }
workload: [{ bulk: { flows: 2, seconds: 1 } }]
blocks: 2
# As a machine that is busy may be.
late: 1min
${more}
`

function specFile(name: string, text: string): string {
  writeFileSync(join(place.path, name), text)
  return name
}

const placed = (directory: string): string => join(place.path, directory)

/** What is there of an experiment that runs. */
function storedIn(directory: string): { trial: number; startedAt: string; valid: boolean }[] {
  if (!existsSync(join(placed(directory), 'experiment.sqlite'))) return []
  using store = ExperimentStore.open(placed(directory))
  return store.trials().map(({ trial, startedAt, valid }) => ({ trial: trial.index, startedAt, valid }))
}

const isRegistered = (map: number): boolean => {
  using target = new LinuxTarget()
  return describeMap(target, map)?.registered === true
}

test('both designs from end to end: every trial is stored, and a gate that fails is exit 7', async () => {
  const file = specFile('gates.yaml', spec('designs: [alone, mixed]\ngates: ["B.goodput > 2 * A.goodput"]\nsysctls: { net.ipv4.tcp_ecn: 1 }'))
  const { exitCode, stdout, stderr } = await ccdk(['ab', file, '--out', 'both', '--json'], settings)
  assert.is(exitCode, 7, stderr)
  const { result } = await documentOf<{ result: ExperimentResult }>({ exitCode, signal: undefined, stdout, stderr: '' })
  const { error }: ErrorDocument = JSON.parse(stderr)
  assert.match(error.message, /^the gate B\.goodput > 2 \* A\.goodput failed: /)
  assert.equal([result.trials.planned, result.trials.waiting], [6, 0])
  assert.equal(result.comparisons.map(({ design, baseline, candidate }) => [design, baseline, candidate]), [['alone', 'A', 'B'], ['mixed', 'A', 'B']])
  assert.equal(result.gates.map(({ passed }) => passed), [false])
  assert.equal({ schemaVersion: 1, ...result }, JSON.parse(readFileSync(join(placed('both'), 'result.json'), 'utf8')))
  using store = ExperimentStore.open(placed('both'))
  for (const { trial, flows, valid, reasons, samples } of store.trials()) {
    assert.is(valid, reasons.length === 0)
    const arms = trial.arm === undefined ? ['A', 'B'] : [trial.arm, trial.arm]
    assert.equal(flows.map(({ arm }) => arm).toSorted(), arms)
    for (const { arm, cc, ecn, bytes, error: failed } of flows) {
      assert.ok(ecn, 'what the hosts are set to is what connections do')
      assert.match(cc, arm === 'A' ? /^reno$/ : /^ab_[\da-f]{10}_1$/)
      // 20 Mbit/s for a second are 2.5 MB; a queue of 20 packets and a slow start leave some of it.
      assert.ok(failed === undefined && bytes > 50_000 && bytes < 3_000_000, `${bytes} bytes`)
    }
    assert.ok(samples.timeNs.length > 0)
  }
  const [facts] = store.runs()
  assert.ok((facts?.isolation.length ?? 0) >= 6)
  assert.is(store.certificates().length, 1)
  assert.equal(readdirSync(placed('both')).filter((name) => name !== 'report.html').toSorted(), ['experiment.sqlite', 'objects', 'result.json', 'spec.yaml'])
  assert.equal(readFileSync(join(placed('both'), 'objects/bpf_cubic.bpf.o')), readFileSync(exampleFile('bpf_cubic')))
  assert.equal(readdirSync(journal), [], 'the journal says that nothing is left')
})

const runs = new KilledRuns(join(place.path, 'killed'))

test('killed after a trial: that one stays, cleanup undoes the rest, and it goes on', async () => {
  const killed = await runs.kill({ when: async ({ said }) => until(() => said() > 0, 'a trial is stored'), whom: () => 'ccdk', resume: true })
  assert.ok(killed?.exitCode === null)
  assert.ok(killed.stored > 0 && killed.stored < 4)
})

test('a host that is killed costs its trial, which is run again', async () => {
  const killed = await runs.kill({ when: async ({ running }) => until(() => running().has('traffic'), 'traffic has begun'), whom: () => 'host', resume: false })
  assert.ok(killed?.exitCode === 0, killed?.stderr)
  assert.match(killed.stderr, /^0 of 4 {2}block 1 .* broke off: the process of host (?:client|server) ended \(SIGKILL\); once more$/m)
  assert.is(killed.stored, 4)
})

test('Ctrl-C before the first trial leaves the directory as it was, and after it says how to go on; exit 130', async () => {
  const file = specFile('stopped.yaml', spec(''))
  mkdirSync(placed('stopped-false'))
  for (const afterTrial of [false, true]) {
    const directory = `stopped-${afterTrial}`
    const { subprocess, pid } = startCcdk(['ab', file, '--out', directory], settings)
    let map = 0
    await until(() => {
      map = mapIn(journal)
      return map !== 0 && isRegistered(map) && (!afterTrial || storedIn(directory).length > 0)
    }, 'it has begun')
    const children = descendants(pid)
    process.kill(-pid, 'SIGINT')
    const { exitCode, stderr } = await subprocess
    assert.is(exitCode, 130, stderr)
    assert.is(readdirSync(placed(directory)).length > 0, afterTrial)
    if (afterTrial) assert.match(stderr, /^stopped, with \d trials? still to run; go on with: ccdk ab --resume .*stopped-true$/m)
    await until(() => !children.some(isRunning), 'its processes have ended')
    await until(() => !isRegistered(map), 'nothing is registered')
    assert.equal(readdirSync(journal), [])
  }
})

/** The map that a journal has noted last, 0 before there is one. */
function mapIn(directory: string): number {
  const [file] = readdirSync(directory)
  const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8')
  return Number([...text.matchAll(/"map":(\d+)/g)].at(-1)?.[1] ?? 0)
}

test('what cannot be is one error, before anything is made', async () => {
  const rejected = await compileFixture('verifier_reject')
  const own = spec('')
  const cases: [name: string, text: string, exitCode: number, message: RegExp][] = [
    ['object', own.replace(/object: [^ ]+/, 'object: missing.bpf.o'), 1, /missing\.bpf\.o: expected the object of arm B: ENOENT/],
    ['name', own.replace('cc: reno', 'cc: nobody_has_it'), 2, /arm A: no congestion control is named "nobody_has_it" here; there are /],
    ['path', own.replace('rate: 20mbit', 'rate: 100gbit').replace('rtt: 10ms', 'rtt: 10s'), 2, /this path can have \d+ packets on their way/],
    ['verifier', own.replace(/object: [^ ]+/, `object: ${rejected}`), 5, /the verifier refused program/],
    ['variable', own.replace('bpf.o }', 'bpf.o, set: { nothing: 1 } }'), 2, /has no variable "nothing"/],
  ]
  for (const [name, text, code, message] of cases) {
    const { exitCode, stderr } = await ccdk(['ab', specFile(`${name}.yaml`, text), '--out', name], settings)
    assert.match(stderr, message)
    assert.is(exitCode, code, name)
    assert.not.ok(existsSync(placed(name)), name)
  }
  const unprivileged = await ccdkUnprivileged(['ab', 'quick', 'reno', 'cubic', '--out', 'nobody'], { env: { CCDK_JOURNAL: join(place.path, 'nobody-journal') } })
  assert.is(unprivileged.exitCode, 4, unprivileged.stderr)
  const nowhere = await ccdk(['ab', 'quick', 'reno', 'bpf_cubic', '--out', '/proc/nowhere'], settings)
  assert.is(nowhere.exitCode, 1)
  assert.match(nowhere.stderr, /^ccdk: making \/proc\/nowhere for the experiment: mkdir answered ENOENT\n/)
  mkdirSync(placed('full'))
  writeFileSync(join(placed('full'), 'mine'), '')
  const full = await ccdk(['ab', 'quick', 'reno', 'cubic', '--out', 'full'], settings)
  assert.is(full.exitCode, 2)
  assert.match(full.stderr, 'full is not empty')
  assert.equal(readdirSync(placed('full')), ['mine'])
})

test.run()
