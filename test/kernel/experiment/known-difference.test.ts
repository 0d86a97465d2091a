// gate: timeout 600s
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type ExperimentInput, type ExperimentResult, fewestBlocks } from '../../../src/experiment/index.ts'
import { ccdk, documentOf } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { exampleFile } from '../support/algorithm.ts'

const test = suite('a difference that is known', [needs.root, needs.structOps])

const place = temporaryDirectory()
let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  place[Symbol.dispose]()
  await lock?.[Symbol.asyncDispose]()
})

/** A queue of four bandwidth-delay products, 40 ms, that marks above 8 packets, 5 ms. */
const spec: ExperimentInput = {
  name: 'dctcp-vs-cubic',
  arms: { A: { cc: 'cubic' }, B: { object: exampleFile('bpf_dctcp') } },
  path: { rate: '20mbit', rtt: '10ms', queue: { limit: '4bdp', ecn: { step: '8p' } } },
  workload: [{ bulk: { flows: 2, seconds: 0.7 } }],
  blocks: fewestBlocks(0.05),
  gates: ['B.rtt.p50 < 0.7 * A.rtt.p50'],
  // As a machine that is busy may be: what holds of the median does so with packets that are late.
  late: '1min',
}

test('DCTCP keeps the queue at its step where CUBIC fills it, and result.json says so in the fewest blocks', async () => {
  writeFileSync(join(place.path, 'spec.json'), JSON.stringify(spec))
  const ran = await ccdk(['ab', 'spec.json', '--out', 'found', '--json'], { cwd: place.path, env: { CCDK_JOURNAL: join(place.path, 'journal') } })
  assert.is(ran.exitCode, 0, ran.stderr)
  const { result } = await documentOf<{ result: ExperimentResult }>(ran)
  assert.equal({ schemaVersion: 1, ...result }, JSON.parse(readFileSync(join(place.path, 'found/result.json'), 'utf8')))
  const [compared] = result.comparisons
  assert.is(compared?.blocks.length, spec.blocks)
  for (const name of ['rtt.p50', 'queue.p50']) {
    const metric = compared?.metrics.find((one) => one.name === name)
    assert.is(metric?.verdict, 'better', name)
    assert.ok((metric?.ratio?.interval?.high ?? 1) < 0.7, `${name}: ${JSON.stringify(metric?.ratio)}`)
  }
  assert.equal(result.gates.map(({ passed, sure }) => [passed, sure]), [[true, true]])
})

test.run()
