import { rejects } from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findClang } from '../../../src/compiler/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'

const test = suite('finding clang')

const path = process.env['PATH']
let directory: TemporaryDirectory
test.before.each(() => {
  directory = temporaryDirectory()
})
test.after.each(() => {
  process.env['PATH'] = path
  directory[Symbol.dispose]()
})

/** A program that answers as clang does, in a directory on PATH. */
function fake(name: string, { version = '', targets = 'bpf', place = 'bin' } = {}): string {
  mkdirSync(join(directory.path, place), { recursive: true })
  const file = join(directory.path, place, name)
  const listed = targets.split(' ').map((target) => `    ${target}        - something`)
  const answers = [`--version) echo 'Debian clang version ${version} (1~deb)';;`, `*) echo '${listed.join('\n')}';;`]
  writeFileSync(file, `#!/bin/sh\ncase $1 in\n${answers.join('\n')}\nesac\n`)
  chmodSync(file, 0o755)
  return file
}
const search = (...places: string[]): void => {
  process.env['PATH'] = places.map((place) => join(directory.path, place)).join(':')
}

test('takes the newest, however it is called', async () => {
  fake('clang-9', { version: '9.0.1' })
  fake('clang-15', { version: '15.0.6' })
  const newest = fake('clang', { version: '20.1.0' })
  const other = fake('clang-17', { version: '17.0.1', place: 'sbin' })
  fake('clang-format-21', { version: '21.0.0' })
  search('bin', 'no-such-directory', 'sbin')
  assert.equal(await findClang(), { program: newest, version: '20.1.0' })
  search('sbin')
  assert.equal(await findClang(), { program: other, version: '17.0.1' })
})

test('passes over one that cannot compile for BPF', async () => {
  fake('clang-19', { version: '19.1.7', targets: 'x86 arm64' })
  const older = fake('clang-16', { version: '16.0.6', targets: 'x86 bpf' })
  search('bin')
  assert.equal(await findClang(), { program: older, version: '16.0.6' })
})

test('says what is wrong with the newest when none will do', async () => {
  fake('clang-13', { version: '13.0.1' })
  fake('clang-19', { version: '19.1.7', targets: 'x86' })
  search('bin')
  await rejects(findClang(), /clang-19 \(clang 19\.1\.7\) was built without the bpf target/)
})

test('the one that the caller names has to do', async () => {
  fake('clang-19', { version: '19.1.7' })
  search('bin')
  const old = fake('clang-13', { version: '13.0.1', place: 'old' })
  await rejects(findClang(old), /clang-13 is clang 13\.0\.1, which is too old/)
  await rejects(findClang('/bin/true'), /\/bin\/true is no clang/)
  await rejects(findClang('no-such-clang'), /cannot start no-such-clang: there is no such program/)
})

test('says what to install when there is none', async () => {
  search('bin')
  await rejects(findClang(), (error: UsageError) => {
    assert.instance(error, UsageError)
    assert.is(
      `${error.message}: ${error.hint}`,
      'there is no clang on PATH: install clang 14 or later (Debian, Ubuntu: apt install clang; Fedora: dnf install clang), or name one with --clang',
    )
    return true
  })
})

test.run()
