import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDirectories } from '../../../src/kernel/index.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('directories that are made')

test('one with those above it, and the first of them is told', () => {
  using place = temporaryDirectory()
  assert.is(makeDirectories(join(place.path, 'a/b/c')), join(place.path, 'a'))
  assert.ok(existsSync(join(place.path, 'a/b/c')))
  assert.is(makeDirectories(join(place.path, 'a/b')), undefined)
  assert.is(makeDirectories(join(place.path, 'a/d')), join(place.path, 'a/d'))
})

test('where none can be it says why, in /proc too', () => {
  using place = temporaryDirectory()
  const file = join(place.path, 'file')
  writeFileSync(file, '')
  symlinkSync(join(place.path, 'nowhere'), join(place.path, 'link'))
  for (const [path, code] of [
    [file, 'EEXIST'],
    [join(place.path, 'link'), 'EEXIST'],
    [join(file, 'below'), 'ENOTDIR|EEXIST'],
    ['/proc/ccdk-none/below', 'ENOENT'],
  ] as const) {
    assert.throws(() => makeDirectories(path), (error: unknown) => error instanceof Error && 'code' in error && new RegExp(`^(?:${code})$`).test(String(error.code)))
  }
})

test.run()
