import { chmodSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { cacheDirectory, makeOwn } from '../../../cli/compile-cache.ts'
import { suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('where compiled code is kept')

test('of root in one place, whatever the environment says; of others where theirs says', () => {
  assert.is(cacheDirectory(0, { XDG_CACHE_HOME: '/tmp', HOME: '/tmp' }), '/var/cache/ccdk')
  assert.is(cacheDirectory(1000, { XDG_CACHE_HOME: '/some/where' }), '/some/where/ccdk')
  assert.is(cacheDirectory(1000, {}), join(homedir(), '.cache/ccdk'))
})

test('only in a directory that nobody else can write to', () => {
  using directory = temporaryDirectory()
  const own = join(directory.path, 'a/b')
  assert.ok(makeOwn(own))
  assert.is(statSync(own).mode & 0o777, 0o700)
  assert.ok(makeOwn(own), 'it is there already')

  const link = join(directory.path, 'link')
  symlinkSync(own, link)
  assert.not.ok(makeOwn(link))
  for (const mode of [0o770, 0o702, 0o1777]) {
    chmodSync(own, mode)
    assert.not.ok(makeOwn(own), mode.toString(8))
  }
  const file = join(directory.path, 'file')
  writeFileSync(file, '')
  assert.not.ok(makeOwn(file))
  assert.not.ok(makeOwn(join(file, 'below')))
})

test.run()
