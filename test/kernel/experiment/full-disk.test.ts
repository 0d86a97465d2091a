import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { ExperimentStore } from '../../../src/experiment/index.ts'
import { madeUpExperiment } from '../../support/made-up-experiment.ts'
import { suite, needs } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('an experiment on a full disk', [needs.root])

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

test.run()
