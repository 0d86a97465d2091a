import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { cleanUp } from '../../../src/journal/index.ts'
import { listMounts } from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { uniqueName } from '../support/algorithm.ts'
import { isRunning } from '../support/demo.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('a run that is killed', [needs.root, needs.structOps, needs.iproute2])

const victim = join(import.meta.dirname, '../support/journal-victim-process.ts')

/** What a victim says of itself, a line each. */
interface Said {
  pid?: number
  place?: string
  done?: true
}

async function kill(directory: string, name: string, step: number): Promise<Said[]> {
  const { stdout, stderr, signal } = await execa(process.execPath, [victim, directory, name, String(step)], { reject: false })
  assert.is(signal, 'SIGKILL', stderr)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Said => JSON.parse(line))
}

test('before any of its steps: cleanup takes away what it made, and then there is nothing to do', async () => {
  using place = temporaryDirectory()
  const directory = join(place.path, 'journal')
  mkdirSync(directory, { mode: 0o700 })
  const name = uniqueName()
  const netns = () => (existsSync('/run/netns') ? readdirSync('/run/netns') : [])
  await assertGone([name], async (look) => {
    let said: Said[] = []
    for (let step = 1; !said.some(({ done }) => done); step += 1) {
      said = await kill(directory, name, step)
      look()
      const { runs, refused } = await cleanUp({ directory })
      assert.equal(refused, [])
      const things = runs.flatMap((run) => run.things)
      assert.equal(things.filter(({ outcome }) => outcome !== 'undone'), [], `step ${step}`)
      assert.equal(said.flatMap(({ pid }) => pid ?? []).filter(isRunning), [], `step ${step}`)
      assert.not.ok(said.some((one) => one.place !== undefined && existsSync(one.place)), `step ${step}`)
      assert.not.ok(listMounts().some(({ point }) => said.some((one) => one.place !== undefined && point.startsWith(one.place))))
      assert.not.ok(netns().includes(name), `step ${step}`)
      assert.equal(readdirSync(directory), [])
    }
    assert.is(said.length, 4)
  })
})

test('what a mount keeps is not removed with the directory that it is in', async () => {
  using place = temporaryDirectory()
  const directory = join(place.path, 'journal')
  const name = uniqueName()
  const said = await kill(directory, name, 9)
  const path = join(said.find((one) => one.place !== undefined)?.place ?? '', 'bpf')
  // Somebody mounts a file system of their own there.
  await execa('mount', ['-t', 'tmpfs', 'mine', path])
  const { runs } = await cleanUp({ directory })
  try {
    assert.equal(
      runs.flatMap(({ things }) => things.map(({ entry, outcome }) => [entry.kind, outcome])),
      [
        ['process', 'undone'],
        ['children', 'undone'],
        ['directory', 'failed'],
      ],
    )
    assert.match(runs[0]?.things[2]?.reason ?? '', /^tmpfs is mounted at /)
    assert.match(readFileSync(runs[0]?.path ?? '', 'utf8'), '"directory"')
  } finally {
    await execa('umount', [path])
  }
  const again = await cleanUp({ directory })
  assert.equal(again.runs.flatMap(({ things }) => things.map(({ outcome }) => outcome)), ['undone'])
  assert.not.ok(existsSync(path))
})

test.run()
