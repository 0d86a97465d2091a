import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { availableCongestion } from '../../../src/kernel/index.ts'
import { type BpfObject, load } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample, openFixture } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { failEverywhere, failures, includesAll, type Work } from '../support/fail-everywhere.ts'

const test = suite('a failure at any call', [needs.root, needs.structOps, needs.clang])

const registerAll =
  (object: BpfObject, pin?: string): Work =>
  (target, done) => {
    using loaded = load(object, target)
    using registered = new DisposableStack()
    for (const [map, { spec }] of loaded.structOps) {
      const { name } = registered.use(register(loaded, map, pin === undefined || !spec.link ? {} : { pin }))
      assert.ok(availableCongestion().includes(name ?? ''))
    }
    done()
  }

for (const failure of failures) {
  test(`${failure.what}: a plain map with data, maps and a configuration`, async () => {
    const object = await openFixture('maps')
    const methods = await failEverywhere(registerAll(object), failure)
    includesAll(methods, ['loadBtf', 'createMap', 'update', 'freeze', 'loadProgram', 'objects.mapInfo'])
  })

  test(`${failure.what}: a map with a link, pinned`, async () => {
    await using bpffs = await mountBpffs()
    const object = await openExample('bpf_reno')
    const pin = join(bpffs.path, 'pin')
    const methods = await failEverywhere(registerAll(object, pin), failure, () => assert.not.ok(existsSync(pin)))
    includesAll(methods, ['update', 'createStructOpsLink', 'objects.linkInfo', 'pin'])
  })

  test(`${failure.what}: several maps, one after the other`, async () => {
    const object = await openFixture('several')
    includesAll(await failEverywhere(registerAll(object), failure), ['update', 'createStructOpsLink'])
  })
}

test.run()
