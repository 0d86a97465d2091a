import { readlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dependencyFile, parseDependencies } from '../../../src/compiler/dependencies.ts'

const test = suite('what a source includes')

test('names in one line and in several', () => {
  assert.equal(parseDependencies('object: a.c b.h\n'), ['a.c', 'b.h'])
  assert.equal(parseDependencies('object: a.c \\\n  include/b.h \\\n  /usr/include/c.h\n'), ['a.c', 'include/b.h', '/usr/include/c.h'])
})

test('names with blanks, and with what make takes for something else', () => {
  assert.equal(parseDependencies('object: my\\ dir/a.c \\\n  b\\#1.h c$$d.h\n'), ['my dir/a.c', 'b#1.h', 'c$d.h'])
})

test('nothing was said', () => {
  assert.equal(parseDependencies(''), [])
  assert.equal(parseDependencies('object:\n'), [])
})

test('the file has no name, so that nothing is left of a process that is killed', async () => {
  await using file = await dependencyFile()
  assert.match(readlinkSync(`/proc/self/fd/${file.descriptor}`), / \(deleted\)$/)
  assert.equal(await file.read(), [])
})

test.run()
