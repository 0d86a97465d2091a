import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { linkObjects } from '../../../src/linker/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('things of one name, run', [needs.root, needs.structOps, needs.clang])

test('each program uses the maps, variables and functions of its own source', async () => {
  const files = await Promise.all(['same_names1', 'same_names2'].map(compileFixture))
  const { bytes } = linkObjects(files.map((file) => ({ file, bytes: readFileSync(file) })))
  await leavesNothing((target) => {
    using loaded = load(openObject(bytes, 'linked.bpf.o'), target)
    const run = (name: string) => {
      const program = loaded.programs.get(name)
      assert.ok(program !== undefined)
      return target.testRun(program.handle, { data: new Uint8Array(64) }).returned
    }
    assert.equal([run('first'), run('second')], [12, 3])
    const value = (name: string) => loaded.map<number, number | bigint>(name).get(1)
    assert.equal([value('table'), value('table@2')], [11, 55n])
    assert.equal(
      ['count@.data+0', 'count@.data+8', 'zero_first@.data+16'].map((name) => loaded.variable(name).get()),
      [11, 55, 55n],
    )
  })
})

test.run()
