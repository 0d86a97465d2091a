import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { needsNamedIn } from '../../gate/packages.ts'
import { needs, suite } from '../../support/needs.ts'
import { runGate } from '../../support/run-gate.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'

const test = suite('installing packages', [needs.root])

/** A PATH with nothing on it but an apt-get that writes down how it was called. */
function pathWithAptGet(directory: TemporaryDirectory, thenDoes: string): { PATH: string } {
  writeFileSync(join(directory.path, 'apt-get'), `#!/bin/sh\necho "$*" >>${directory.path}/calls\n${thenDoes}\n`, { mode: 0o755 })
  return { PATH: directory.path }
}

test('reads what a test file needs in its source', () => {
  assert.equal(needsNamedIn(["suite('a', [needs.root, needs.tmux])", 'needs.tmux needs.tmuxes']), [needs.root, needs.tmux])
})

test('installs what is missing, once, before the tests', async () => {
  using directory = temporaryDirectory()
  const env = pathWithAptGet(directory, 'case "$*" in *install*) /bin/cp /bin/true "${0%/*}/tmux" ;; esac')
  const { stderr, closing, exitCode } = await runGate(['unit/wants-tmux.test.ts'], { env })
  assert.match(stderr, 'installing Debian packages that the tests need: tmux')
  const calls = readFileSync(join(directory.path, 'calls'), 'utf8').trimEnd().split('\n')
  assert.is(calls.length, 2)
  assert.match(calls[0] ?? '', / update$/v)
  assert.match(calls[1] ?? '', / install -y --no-install-recommends tmux$/v)
  assert.is(closing, '1 passed, 0 failed, 0 skipped')
  assert.is(exitCode, 0)
})

test('skips with the reason when that fails', async () => {
  using directory = temporaryDirectory()
  const env = pathWithAptGet(directory, 'exit 100')
  const { stdout, stderr, closing } = await runGate(['unit/wants-tmux.test.ts', 'unit/passes.test.ts'], { env })
  assert.match(stderr, 'apt-get could not install them, nor update its lists')
  assert.match(stdout, 'skipped 1: tmux is not installed (Debian: tmux)')
  assert.is(closing, '2 passed, 0 failed, 1 skipped')
})

test('says what to install where there is no apt-get', async () => {
  using directory = temporaryDirectory()
  const { stderr } = await runGate(['unit/wants-tmux.test.ts'], { env: { PATH: directory.path } })
  assert.match(stderr, 'some tests need Debian packages that are not installed: tmux')
})

test('leaves alone what is there', async () => {
  const { stderr, closing } = await runGate(['unit/passes.test.ts'])
  assert.is(stderr, '')
  assert.is(closing, '2 passed, 0 failed, 0 skipped')
})

test.run()
