import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as assert from 'uvu/assert'
import { CcdkError, ObjectError, SyscallError } from '../../../../src/errors/index.ts'
import { ExperimentStore } from '../../../../src/experiment/index.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { storeMadeUp } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('a database that is not what it should be')

let directory: TemporaryDirectory
let whole: string

test.before(() => {
  directory = temporaryDirectory()
  whole = join(directory.path, 'whole')
  storeMadeUp(whole, { blocks: 1, trials: 3 })
})
test.after(() => directory[Symbol.dispose]())

let copies = 0

function copy(): { path: string; file: string } {
  const path = join(directory.path, `copy-${(copies += 1)}`)
  mkdirSync(path)
  copyFileSync(join(whole, 'experiment.sqlite'), join(path, 'experiment.sqlite'))
  return { path, file: join(path, 'experiment.sqlite') }
}

/** Reads all that there is. */
function readAll(path: string): void {
  using store = ExperimentStore.open(path)
  store.runs()
  store.certificates()
  store.waiting()
  store.metrics()
  for (const { flows, samples, acks, queue, metrics, programs } of store.trials()) void [flows, samples, acks, queue, metrics, programs]
}

function errorOf(path: string): unknown {
  try {
    readAll(path)
    return undefined
  } catch (error) {
    return error
  }
}

function change(file: string, statements: string): void {
  using database = new DatabaseSync(file)
  database.exec(statements)
}

const told: [title: string, spoil: (file: string) => void, message: RegExp][] = [
  ['a text', (file) => writeFileSync(file, 'no database at all\n'.repeat(100)), /expected an SQLite database/],
  ['no bytes at all', (file) => truncateSync(file, 0), /expected the database of an experiment/],
  ['another program\'s database', (file) => change(file, 'PRAGMA application_id = 1'), /another SQLite database/],
  ['one of a later version', (file) => change(file, 'PRAGMA user_version = 99'), /tables of version 2, and these are of version 99/],
  ['one without a table', (file) => change(file, 'DROP TABLE queue'), /damaged: no such table: queue/],
  ['one without an experiment', (file) => change(file, 'DELETE FROM experiment'), /not what ccdk writes/],
  ['JSON that is none', (file) => change(file, `UPDATE runs SET isolation = '[{'`), /not what ccdk writes/],
  ['JSON of another form', (file) => change(file, `UPDATE runs SET isolation = '{"check":1}'`), /not what ccdk writes/],
  ['a design that there is not', (file) => change(file, `UPDATE trials SET design = 'x'`), /not what ccdk writes/],
  ['half of it', (file) => truncateSync(file, 20 * 4096), /damaged/],
]

for (const [title, spoil, message] of told) {
  test(`${title}: one clear error`, () => {
    const { path, file } = copy()
    spoil(file)
    const error = errorOf(path)
    assert.instance(error, ObjectError)
    assert.match(String(error), message)
    assert.ok(String(error).includes(file))
  })
}

test('none at all: what makes one', () => {
  const error = errorOf(join(directory.path, 'nowhere'))
  assert.instance(error, SyscallError)
  assert.match(error instanceof CcdkError ? error.hint : '', /ccdk ab makes one/)
})

test('cut off anywhere: an error of ours', () => {
  const { path, file } = copy()
  const bytes = readFileSync(file)
  const random = new Random(1, 'cuts')
  for (let round = 0; round < 40; round += 1) {
    writeFileSync(file, bytes.subarray(0, Math.floor(random.float() * bytes.length)))
    assert.instance(errorOf(path), CcdkError)
  }
})

test('with wrong bytes anywhere: the right figures, others, or an error of ours', () => {
  const { path, file } = copy()
  const bytes = readFileSync(file)
  const random = new Random(2, 'bytes')
  let noticed = 0
  for (let round = 0; round < 150; round += 1) {
    const spoiled = Buffer.from(bytes)
    for (let one = 0; one < 20; one += 1) spoiled[Math.floor(random.float() * bytes.length)] = random.next() & 0xff
    writeFileSync(file, spoiled)
    const error = errorOf(path)
    if (error === undefined) continue
    noticed += 1
    assert.instance(error, CcdkError)
  }
  assert.ok(noticed > 10, `noticed ${noticed} of 150`)
})

test.run()
