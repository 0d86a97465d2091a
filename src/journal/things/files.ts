import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { fileError, listMounts, unmount } from '../../kernel/index.ts'
import type { Of } from '../entry.ts'
import type { Thing } from './thing.ts'

export const mount: Thing<Of<'mount'>> = {
  what: ({ path }) => `file system mounted at ${path}`,
  // The last one covers those below it.
  isThere: ({ path, source }) => listMounts().findLast(({ point }) => point === path)?.source === source,
  undo: ({ path }) => unmount(path),
}

/** The file that says whose a directory is. */
const markFile = '.ccdk-run'

/** Makes a temporary directory that a journal lists already. */
export function makeMarked(path: string, run: string): void {
  using undo = new DisposableStack()
  try {
    mkdirSync(path, { mode: 0o700 })
    undo.defer(() => rmSync(path, { recursive: true, force: true }))
    writeFileSync(join(path, markFile), `${run}\n`, { flag: 'wx', mode: 0o600 })
    undo.move()
  } catch (error) {
    throw fileError(error, { doing: `making the temporary directory ${path}`, syscall: 'mkdir', capability: 'CAP_DAC_OVERRIDE' })
  }
}

export const directory: Thing<Of<'directory'>> = {
  what: ({ path }) => `directory ${path}`,
  isThere({ path }, { run }) {
    try {
      const found = lstatSync(path, { throwIfNoEntry: false })
      return found !== undefined && found.isDirectory() && found.uid === process.geteuid?.() && isMarked(path, run)
    } catch (error) {
      throw fileError(error, { doing: `looking at ${path}`, syscall: 'open', capability: 'CAP_DAC_READ_SEARCH' })
    }
  },
  undo({ path }) {
    const inIt = listMounts().find(({ point }) => point === path || point.startsWith(`${path}/`))
    if (inIt !== undefined) throw new UsageError(`${inIt.type} is mounted at ${inIt.point}, and what is in it is not to be removed`)
    try {
      rmSync(path, { recursive: true })
    } catch (error) {
      throw fileError(error, { doing: `removing ${path}`, syscall: 'unlink', capability: 'CAP_DAC_OVERRIDE' })
    }
  },
}

/** Who was killed right after making it has left it empty. */
function isMarked(path: string, run: string): boolean {
  const names = readdirSync(path)
  return names.length === 0 || (names.includes(markFile) && ['', run].includes(readFileSync(join(path, markFile), 'utf8').trim()))
}
