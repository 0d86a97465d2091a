import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { grouped } from '../../../cli/output/units.ts'
import { openObject } from '../../../src/loader/index.ts'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { func, linkable, variable } from '../../support/linkable.ts'
import { nothing } from '../../support/object-writer.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk link')

/** Files of two objects of which one uses the other, and of a third that has something in its place. */
function files(directory: string) {
  const objects = [
    linkable('user.o', [func('main', { section: 'socket', insns: nothing }), func('work'), variable('CONFIG_HZ', { section: '.kconfig' })]),
    linkable('library.o', [func('work', { insns: nothing, weak: true })]),
    linkable('other.o', [func('work', { insns: nothing })]),
  ]
  for (const { file, bytes } of objects) writeFileSync(join(directory, file), bytes)
  const at = (name: string) => join(directory, name)
  return { user: at('user.o'), library: at('library.o'), other: at('other.o'), out: at('out.o') }
}

test('writes an object that opens, and says what it is', async () => {
  using directory = temporaryDirectory()
  const { user, library, out } = files(directory.path)
  const { exitCode, stdout, stderr } = await ccdk(['link', '-o', out, user, library])
  assert.equal([exitCode, stderr], [0, ''])
  assert.is(stdout, `${out}: 2 objects, ${grouped(readFileSync(out).length)} bytes\n`)
  assert.equal(openObject(readFileSync(out), out).functions.map(({ name }) => name).toSorted(), ['main', 'work'])
})

test('tells what is missing and what gives way, on stderr or in the document', async () => {
  using directory = temporaryDirectory()
  const { user, library, other, out } = files(directory.path)
  const alone = await ccdk(['link', user, '-o', out])
  assert.equal([alone.exitCode, alone.stderr], [0, 'no object defines work: link the result with one that does\n'])
  const both = await ccdk(['link', library, other, '-o', out])
  assert.is(both.stderr, `work of ${library} gives way to that of ${other}\n`)
  const document = await documentOf(ccdk(['link', user, library, other, '-o', out, '--json']))
  assert.equal(document, {
    schemaVersion: 1,
    file: out,
    bytes: readFileSync(out).length,
    objects: [user, library, other],
    unresolved: [{ name: 'CONFIG_HZ', section: '.kconfig', weak: false }],
    overridden: [{ name: 'work', file: library, by: other }],
  })
})

test('writes nothing when objects disagree', async () => {
  using directory = temporaryDirectory()
  const { other, out } = files(directory.path)
  const ran = await ccdk(['link', other, other, '-o', out, '--json'])
  assert.is(ran.exitCode, 1)
  const error = errorOf(ran)
  assert.match(error.message, `symbol "work": one definition in all objects, but ${other} has one too`)
  assert.match(error.hint ?? '', '__weak')
  assert.not.ok(existsSync(out))
})

test('wants to know where to write', async () => {
  using directory = temporaryDirectory()
  const { user } = files(directory.path)
  const ran = await ccdk(['link', user])
  assert.is(ran.exitCode, 2)
  assert.match(ran.stderr, '--output')
})

test.run()
