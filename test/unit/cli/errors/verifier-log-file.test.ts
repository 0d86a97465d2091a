import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { keepVerifierLog } from '../../../../cli/errors/verifier-log-file.ts'
import { VerifierError } from '../../../../src/errors/index.ts'
import { summarizeVerifierLog } from '../../../../src/loader/index.ts'
import { suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite("the file of a verifier's log")

const refused = (program: string, log: string) =>
  new VerifierError({ program, errno: 'EACCES', log, summary: summarizeVerifierLog(log) })

function kept(error: VerifierError, state: string): string {
  const before = process.env['XDG_STATE_HOME']
  process.env['XDG_STATE_HOME'] = state
  try {
    return keepVerifierLog(error) ?? ''
  } finally {
    if (before === undefined) delete process.env['XDG_STATE_HOME']
    else process.env['XDG_STATE_HOME'] = before
  }
}

test('the whole log, one file a failure, for its user alone', () => {
  using directory = temporaryDirectory()
  const path = kept(refused('my/prog', '0: (95) exit\nR0 !read_ok\n'), directory.path)
  assert.match(path, /\/ccdk\/verifier\/\d{4}-.*-my_prog\.verifier\.log$/)
  assert.is(readFileSync(path, 'utf8'), '0: (95) exit\nR0 !read_ok\n')
  assert.is(statSync(path).mode & 0o777, 0o600)
  assert.is(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.is.not(kept(refused('other', 'x'), directory.path), path)
})

test('the oldest go, and nothing else does', () => {
  using directory = temporaryDirectory()
  const place = join(directory.path, 'ccdk/verifier')
  mkdirSync(place, { recursive: true })
  for (let year = 1000; year < 1060; year += 1) writeFileSync(join(place, `${year}-x.verifier.log`), '')
  writeFileSync(join(place, '0-notes.txt'), '')
  kept(refused('p', 'x'), directory.path)
  const left = readdirSync(place).toSorted()
  assert.is(left.length, 51)
  assert.ok(left.includes('0-notes.txt'))
  assert.not(left.includes('1010-x.verifier.log'))
  assert.ok(left.includes('1011-x.verifier.log'))
})

test('where the state directory cannot be made, it goes to that of temporary files', () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'file')
  writeFileSync(file, '')
  chmodSync(file, 0o400)
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = directory.path
  try {
    assert.ok(kept(refused('p', 'x'), file).startsWith(`${directory.path}/ccdk-`))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
})

test.run()
