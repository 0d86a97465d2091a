import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ObjectError, UsageError } from '../../../../src/errors/index.ts'
import { ExperimentStore, type TrialResult } from '../../../../src/experiment/index.ts'
import { madeUpCertificate, madeUpExperiment, madeUpFacts, madeUpResult } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('the store of an experiment')

const experiment = madeUpExperiment({ blocks: 2 })
const [first, , mixed] = experiment.trials
if (first === undefined || mixed === undefined) throw new Error('the plan has too few trials')

/** Without what makes it lazy. */
const plain = ({ trial, startedAt, seconds, valid, reasons, flows, samples, acks, queue, metrics, programs, cpu }: TrialResult): TrialResult => ({
  trial, startedAt, seconds, valid, reasons, flows, samples, acks, queue, programs, cpu,
  metrics: metrics.toSorted((a, b) => `${a.arm} ${a.metric}`.localeCompare(`${b.arm} ${b.metric}`)),
})

test('what was stored is read back as it was', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const results = [madeUpResult(first), madeUpResult(mixed, { acks: 100 })]
  {
    using store = ExperimentStore.create(path, experiment)
    store.beginRun(madeUpFacts)
    store.addCertificate(1, madeUpCertificate)
    for (const result of results) store.addTrial(result)
  }
  using store = ExperimentStore.open(path)
  const { arms, scenarios, ...asked } = store.experiment
  assert.equal(asked, { name: experiment.name, target: 'kernel', seed: 7, spec: { file: 'spec.yaml', text: experiment.spec.text } })
  assert.equal(scenarios, experiment.scenarios)
  assert.equal(arms[0], { name: 'A', cc: 'cubic' })
  assert.is(arms[1]?.object?.file, 'objects/bpf_dctcp.bpf.o')
  assert.equal(store.runs(), [madeUpFacts])
  assert.equal(store.certificates(), [{ run: 1, scenario: 1, ...JSON.parse(JSON.stringify(madeUpCertificate)) }])
  const byName = (result: TrialResult) => ({ ...plain(result), programs: result.programs.toSorted((a, b) => (a.member < b.member ? -1 : 1)) })
  assert.equal(store.trials().map(byName), results.map(byName))
  assert.equal(store.waiting(), experiment.trials.filter(({ index }) => index !== first.index && index !== mixed.index))
  assert.is(store.metrics().length, results.flatMap(({ metrics }) => metrics).length)
})

test('the directory has the spec and the objects, and one file besides', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const other = { name: 'C', cc: 'other', object: { file: 'elsewhere/bpf_dctcp.bpf.o', bytes: new Uint8Array([4]) } }
  const same = { name: 'D', cc: 'same', object: { file: 'bpf_dctcp.bpf.o', bytes: new Uint8Array([1, 2, 3]) } }
  using store = ExperimentStore.create(path, { ...experiment, arms: [...experiment.arms, other, same] })
  assert.equal(readdirSync(path).toSorted(), ['experiment.sqlite', 'objects', 'spec.yaml'])
  assert.is(readFileSync(join(path, 'spec.yaml'), 'utf8'), experiment.spec.text)
  const [, b, c, d] = store.experiment.arms
  assert.equal([...readFileSync(join(path, b?.object?.file ?? ''))], [1, 2, 3])
  assert.equal([...readFileSync(join(path, c?.object?.file ?? ''))], [4])
  assert.is(d?.object?.file, b?.object?.file)
})

test('files that the spec names are kept, whatever their names, and none outside of the directory is read', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const named = new Map([['own.txt', '0 0\n9 1\n'], ['../up/own.txt', '0 0\n8 1\n'], ['/etc/ü trace', '1\n']])
  using store = ExperimentStore.create(path, { ...experiment, named })
  assert.equal(store.named(), named)
  assert.equal(readdirSync(join(path, 'files')).toSorted(), ['0-own.txt', '1-own.txt', '2-ü trace', 'names.json'])
  for (const damage of ['{"a":"../../spec.yaml"}', '{"a":"/etc/passwd"}', '{"a":"3-none"}', '[', '{"a":1}']) {
    writeFileSync(join(path, 'files/names.json'), damage)
    assert.throws(() => store.named(), (error: unknown) => error instanceof ObjectError && /expected the files that the spec names/.test(error.message))
  }
  using without = ExperimentStore.create(join(directory.path, 'other'), experiment)
  assert.equal(without.named(), new Map())
})

test('a directory with something in it is left as it is', () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'mine'), 'text')
  assert.throws(() => ExperimentStore.create(directory.path, experiment), (error: unknown) => error instanceof UsageError && error.message.includes('is not empty'))
  assert.equal(readdirSync(directory.path), ['mine'])
})

test('of a store that cannot be made nothing stays', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'a/b')
  const twice = { ...experiment, trials: [...experiment.trials, ...experiment.trials] }
  assert.throws(() => ExperimentStore.create(path, twice))
  assert.not(existsSync(join(directory.path, 'a')))
})

test('what is made can be taken away again, and a directory that was there stays', () => {
  using directory = temporaryDirectory()
  ExperimentStore.create(join(directory.path, 'a/b'), experiment).discard()
  assert.equal(readdirSync(directory.path), [])
  ExperimentStore.create(directory.path, experiment).discard()
  assert.equal(readdirSync(directory.path), [])
  const path = join(directory.path, 'kept')
  ExperimentStore.create(path, experiment).close()
  ExperimentStore.open(path, { write: true }).discard()
  assert.equal(readdirSync(path).toSorted(), ['experiment.sqlite', 'objects', 'spec.yaml'])
})

test('one process at a time goes on with it, and others may read', () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const isRefused = (error: unknown): boolean => error instanceof UsageError && error.message === `another process runs the experiment in ${path}`
  {
    using writer = ExperimentStore.create(path, experiment)
    assert.throws(() => ExperimentStore.open(path, { write: true }), isRefused)
    using reader = ExperimentStore.open(path)
    assert.is(reader.waiting().length, writer.waiting().length)
  }
  using next = ExperimentStore.open(path, { write: true })
  assert.throws(() => ExperimentStore.open(path, { write: true }), isRefused)
  next.close()
  ExperimentStore.open(path, { write: true }).close()
})

test('a trial that was not valid gives way to the one that is run again; a valid one does not', () => {
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'run'), experiment)
  store.beginRun(madeUpFacts)
  store.addTrial({ ...madeUpResult(first), valid: false, reasons: ['it fell behind'] })
  assert.equal(store.metrics(), [])
  assert.ok(store.waiting().some(({ index }) => index === first.index))
  store.addTrial({ ...madeUpResult(first, { flows: 2 }), valid: true, reasons: [] })
  assert.is(store.trials()[0]?.samples.timeNs.length, 200)
  assert.equal(store.rows('SELECT trial, reasons FROM discarded').map((row) => ({ ...row })), [{ trial: first.index, reasons: '["it fell behind"]' }])
  assert.throws(() => store.addTrial(madeUpResult(first)), /is stored already/)
  assert.throws(() => store.addTrial(madeUpResult({ ...first, index: 99 })), /not in the plan/)
})

test('columns of different lengths are refused, and nothing of that trial is there', () => {
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'run'), experiment)
  assert.throws(() => store.addTrial(madeUpResult(first)), /before beginRun/)
  store.beginRun(madeUpFacts)
  const result = madeUpResult(first)
  assert.throws(() => store.addTrial({ ...result, samples: { ...result.samples, cwnd: new Uint32Array(1) } }), /cwnd has 1 rows/)
  assert.equal(store.trials(), [])
  assert.equal(store.rows('SELECT * FROM flows'), [])
})

test.run()
