// gate: timeout 300s
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { ExperimentStore } from '../../../../src/experiment/index.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { madeUpExperiment, madeUpFacts } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('a writer that is killed')

const writer = join(import.meta.dirname, 'support/add-trials-process.ts')

/** Starts a writer, kills it some time after its first trial, and answers which trials it said were stored. */
async function killedWriter(directory: string, after: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: number[] = []
  const lines = createInterface(child.stdout).on('line', (line) => said.push(Number(line)))
  await Promise.race([once(lines, 'line'), once(lines, 'close')])
  await sleep(after)
  child.kill('SIGKILL')
  await once(child, 'close')
  return said
}

test('what was stored is there, nothing is there by half, and the next one goes on', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const experiment = madeUpExperiment({ blocks: 100 })
  ExperimentStore.create(path, experiment).close()
  const random = new Random(1, 'moments')
  const stored = new Set<number>()
  for (let round = 0; round < 6; round += 1) {
    for (const index of await killedWriter(path, random.float() * 100)) stored.add(index)
    using store = ExperimentStore.open(path)
    const found = store.trials()
    const indices = new Set(found.map(({ trial }) => trial.index))
    // One may be on the disk before it was said.
    assert.equal([...stored].filter((index) => !indices.has(index)), [])
    assert.ok(indices.size <= stored.size + round + 1)
    for (const { flows, samples, queue } of found.slice(-12)) {
      assert.equal([flows.length, samples.bytesAcked.length, queue.marks.length], [44, 2000, 200])
      assert.ok(samples.cwnd.every((cwnd) => cwnd > 0))
    }
    assert.is(store.rows('PRAGMA integrity_check')[0]?.['integrity_check'], 'ok')
  }
  {
    using store = ExperimentStore.open(path, { write: true })
    store.beginRun(madeUpFacts)
  }
  // A journal that had not begun to count stays until then.
  assert.equal(readdirSync(path).toSorted(), ['experiment.sqlite', 'objects', 'spec.yaml'])
})

test.run()
