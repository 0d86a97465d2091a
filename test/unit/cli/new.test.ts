import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ccdk } from '../../support/ccdk.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk new')

for (const [name, why] of [
  ['9a', 'it is no name in C'],
  ['foo-bar', 'it is no name in C'],
  ['../up', 'it is no name in C'],
  ['sixteen_letters_', 'it has 16 letters'],
  ['cubic', 'Linux has one of that name'],
  ['westwood', 'Linux has one of that name'],
  ['while', 'it is a word of C'],
  ['set_cwnd', 'the source has set_cwnd'],
  ['tcp_reno', 'the source has tcp_reno_'],
  ['u32', 'the source has u32'],
] as const) {
  test(`${name} is no name for an algorithm`, async () => {
    using directory = temporaryDirectory()
    const { exitCode, stdout, stderr } = await ccdk(['new', name], { cwd: directory.path })
    assert.equal([exitCode, stdout], [2, ''])
    assert.match(stderr, `ccdk: "${name}" cannot be the name of an algorithm: ${why}`)
    assert.equal(readdirSync(directory.path), [])
  })
}

test('what is there already stays', async () => {
  using directory = temporaryDirectory()
  writeFileSync(join(directory.path, 'mycc'), 'mine')
  const { exitCode, stderr } = await ccdk(['new', 'mycc'], { cwd: directory.path })
  assert.is(exitCode, 2)
  assert.match(stderr, 'ccdk: cannot make mycc: it is there already')
  assert.equal(readdirSync(directory.path), ['mycc'])
})

test('an unknown template is told, with those that there are', async () => {
  const { exitCode, stderr } = await ccdk(['new', 'mycc', '--template', 'vegas'])
  assert.is(exitCode, 2)
  assert.match(stderr, 'empty, reno, cubic, dctcp, rate')
})

test.run()
