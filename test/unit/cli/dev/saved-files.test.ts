import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SavedFiles } from '../../../../cli/dev/saved-files.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('saved files')

/** Whether a save is told within the time that it takes at most, or none within that in which one would have been. */
async function isTold(files: SavedFiles, act: () => void | Promise<void>, ms = 30_000): Promise<boolean> {
  const stop = new AbortController()
  const told = files.next(stop.signal).then(
    () => true,
    () => false,
  )
  await act()
  const timer = setTimeout(() => stop.abort(new Error('nothing was told')), ms)
  const answer = await told
  clearTimeout(timer)
  return answer
}

function directoryWith(...names: string[]) {
  const directory = temporaryDirectory()
  const paths = names.map((name) => join(directory.path, name))
  for (const path of paths) writeFileSync(path, 'first')
  return { directory, paths }
}

test('a file that is written again', async () => {
  const { directory, paths } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles(paths)
  const before = Date.now()
  const saved = files.next(AbortSignal.timeout(30_000))
  writeFileSync(paths[0] ?? '', 'other')
  const time = await saved
  assert.ok(time >= before - 20 && time <= Date.now(), `${time - before} ms after`)
})

test('a file that another one takes the place of, as editors do it', async () => {
  const { directory, paths: [path = ''] } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles([path])
  assert.ok(
    await isTold(files, () => {
      writeFileSync(`${path}.new`, 'other')
      renameSync(`${path}.new`, path)
    }),
  )
})

test('a file that is away for a while is told of when it is back', async () => {
  const { directory, paths: [path = ''] } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles([path])
  let back = false
  const saved = files.next(AbortSignal.timeout(30_000)).then(() => assert.ok(back))
  renameSync(path, `${path}~`)
  await sleep(60)
  linkSync(`${path}~`, path)
  back = true
  // A file of the same contents in the same place is the same file, but for its ctime.
  await saved
})

test('one that is emptied first is told of once it has something in it', async () => {
  const { directory, paths: [path = ''] } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles([path])
  let written = false
  const saved = files.next(AbortSignal.timeout(30_000)).then(() => assert.ok(written))
  truncateSync(path, 0)
  await sleep(60)
  written = true
  writeFileSync(path, 'other')
  await saved
})

test('what is saved while nobody waits is told of to the next who does', async () => {
  const { directory, paths: [path = ''] } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles([path])
  writeFileSync(path, 'other')
  assert.ok(await isTold(files, () => undefined))
  assert.not.ok(await isTold(files, () => undefined, 100))
})

test('other files of the directory say nothing', async () => {
  const { directory, paths: [path = '', other = ''] } = directoryWith('a.c', 'b.c')
  using _ = directory
  using files = new SavedFiles([path])
  assert.not.ok(await isTold(files, () => writeFileSync(other, 'other'), 100))
  assert.not.ok(await isTold(files, () => rmSync(other), 100))
})

test('which files are watched may change', async () => {
  const { directory, paths: [path = '', other = ''] } = directoryWith('a.c', 'b.h')
  using _ = directory
  const below = join(directory.path, 'include')
  mkdirSync(below)
  writeFileSync(join(below, 'c.h'), 'first')
  using files = new SavedFiles([path])
  files.watch([path, other, join(below, 'c.h')])
  assert.ok(await isTold(files, () => writeFileSync(join(below, 'c.h'), 'other')))
  assert.ok(await isTold(files, () => writeFileSync(other, 'other')))
  files.watch([path])
  assert.not.ok(await isTold(files, () => writeFileSync(other, 'again'), 100))
  assert.ok(await isTold(files, () => utimesSync(path, 1, 1)))
})

test('a link is followed', async () => {
  const { directory, paths: [path = ''] } = directoryWith('a.c')
  using _ = directory
  const link = join(directory.path, 'link.c')
  symlinkSync(path, link)
  using files = new SavedFiles([link])
  assert.ok(await isTold(files, () => writeFileSync(path, 'other')))
})

test('waiting ends when it is told to', async () => {
  const { directory, paths } = directoryWith('a.c')
  using _ = directory
  using files = new SavedFiles(paths)
  assert.not.ok(await isTold(files, () => undefined, 50))
  const gone = AbortSignal.abort(new Error('over'))
  await files.next(gone).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'over'))
})

test.run()
