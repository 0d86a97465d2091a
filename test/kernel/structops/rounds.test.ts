import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import { LinuxTarget, openFds } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register, setMember } from '../../../src/structops/index.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile, structOpsOf, uniqueName } from '../support/algorithm.ts'

const test = suite('a thousand rounds', [needs.root, needs.structOps, needs.bpftool])

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Memory after everything that can be collected has been, MiB. */
async function memory(): Promise<{ resident: number; spare: number }> {
  for (let times = 0; times < 3; times += 1) {
    collectGarbage()
    await sleep(50)
  }
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  // The room that V8 keeps for new objects grows with the rate of allocation, in steps of 16 and 32 MiB, and stays.
  return { resident: rss / 2 ** 20, spare: (heapTotal - heapUsed) / 2 ** 20 }
}

for (const [example, map] of [
  ['bpf_cubic', 'cubic'],
  ['bpf_reno', 'bpf_reno'],
] as const) {
  test(`opening, loading, registering and unregistering ${example} again and again keeps nothing`, async () => {
    const bytes = readFileSync(exampleFile(example))
    const name = uniqueName()
    await assertNothingLeft(async () => {
      using target = new LinuxTarget()
      const round = (): void => {
        const object = openObject(bytes, example)
        setMember(object, structOpsOf(object, map), 'name', name)
        using loaded = load(object, target)
        using registration = register(loaded, map)
        assert.is(registration.name, name)
      }
      for (let times = 0; times < 100; times += 1) round()
      const before = await memory()
      const start = performance.now()
      for (let times = 0; times < 1000; times += 1) round()
      const seconds = (performance.now() - start) / 1000
      const after = await memory()
      const grown = after.resident - after.spare - (before.resident - before.spare)
      console.log(
        `${example}: 1,000 rounds in ${seconds.toFixed(1)} s; resident ${before.resident.toFixed(1)} MiB before and ` +
          `${after.resident.toFixed(1)} after, of that in use ${grown.toFixed(1)} more`,
      )
      assert.ok(grown < 10, `${grown.toFixed(1)} MiB more after 1,000 rounds`)
      assert.equal(openFds(), [])
    })
  })
}

test.run()
