import { rejects } from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('compiling fixtures', [needs.clang])

test('makes a BPF object', async () => {
  const object = readFileSync(await compileFixture('minimal'))
  assert.is(object.toString('latin1', 0, 4), '\u007FELF')
  const machineBpf = 247
  assert.is(object.readUInt16LE(18), machineBpf)
})

test('costs once', async () => {
  const path = await compileFixture('minimal')
  const { mtimeMs } = statSync(path)
  assert.is(await compileFixture('minimal'), path)
  assert.is(statSync(path).mtimeMs, mtimeMs)
})

test('serves two at the same time', async () => {
  const [one, other] = await Promise.all([compileFixture('minimal'), compileFixture('minimal')])
  assert.is(one, other)
})

test("fails with the compiler's words", async () => {
  await rejects(compileFixture('broken'), /use of undeclared identifier 'undeclared'/v)
})

test.run()
