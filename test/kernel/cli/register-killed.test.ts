import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { ccdk, startCcdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('ccdk register, killed', [needs.root, needs.structOps])

test('at any moment, with a pin: nothing is left, or all of it', async () => {
  await using bpffs = await mountBpffs()
  const directory = join(bpffs.path, 'ccdk')
  const name = uniqueName()
  const command = ['register', exampleFile('bpf_reno'), '--name', name, '--pin', directory]
  const entry = () => {
    using target = new LinuxTarget()
    return listStructOps(target).find((one) => one.name === name)
  }
  await assertGone([name], async () => {
    const started = performance.now()
    assert.is((await ccdk(command)).exitCode, 0)
    // Sooner after a whole registration, later after none: so it comes again and again to the moment between the two.
    let wait = performance.now() - started
    assert.is((await ccdk(['unregister', name])).exitCode, 0)

    const seen = new Set<boolean>()
    for (let turn = 1; turn <= 10 || (seen.size < 2 && turn <= 30); turn += 1) {
      const { subprocess } = startCcdk(command)
      await sleep(wait)
      subprocess.kill('SIGKILL')
      await subprocess
      const pins = readdirSync(directory)
      seen.add(pins.length > 0)
      wait *= pins.length > 0 ? 0.85 : 1.1
      if (pins.length === 0) {
        await until(() => entry() === undefined, `nothing of ${name} is left`)
        continue
      }
      assert.equal(pins, ['bpf_reno'])
      assert.equal([entry()?.registered, entry()?.members.length, entry()?.links.length], [true, 3, 1])
      assert.is((await ccdk(['unregister', name])).exitCode, 0)
      assert.equal(readdirSync(directory), [])
    }
    assert.equal(seen.size, 2)
  })
})

test.run()
