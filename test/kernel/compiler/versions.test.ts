import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { load, openObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { ccdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { withUniqueNames } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback, send } from '../support/traffic.ts'

const required = [needs.root, needs.structOps, needs.clang, needs.oldestClang]
const test = suite('the oldest compiler and the one of the committed objects', required)

const examples = join(import.meta.dirname, '../../../src/cc-examples')

test.before(ownLoopback)

for (const clang of ['clang-14', 'clang-19']) {
  for (const source of globSync('*.bpf.c', { cwd: examples })) {
    test(`${source} built by ${clang} is registered and carries traffic`, async () => {
      using directory = temporaryDirectory()
      const file = join(directory.path, `${basename(source, '.c')}.o`)
      const args = ['build', join(examples, source), '-o', file, '--clang', clang, '--', '-Werror']
      const { exitCode, stderr } = await ccdk(args)
      assert.equal([exitCode, stderr], [0, ''])
      const object = withUniqueNames(openObject(readFileSync(file), file))
      await leavesNothing(async (target) => {
        using loaded = load(object, target)
        for (const map of loaded.structOps.keys()) {
          using registered = register(loaded, map)
          using sent = await send(registered.name ?? '', 1_000_000)
          assert.ok(sent.number > 0)
        }
      })
    })
  }
}

test.run()
