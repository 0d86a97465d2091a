import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../errors/index.ts'
import { fileError } from '../kernel/index.ts'

export const ending = '.journal'

/**
 * The directory of this user's journals. Root's is in /run: what they list is lost when the machine starts anew, as they
 * are. That of others outlives the end of a session, which does not end what was made in it. `CCDK_JOURNAL` names another.
 */
export function journalDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['CCDK_JOURNAL']) return environment['CCDK_JOURNAL']
  if (process.geteuid?.() === 0) return '/run/ccdk/journal'
  return join(environment['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'ccdk/journal')
}

/** Makes the directory, for its owner alone. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(error, {
      doing: `making the directory ${directory} for journals of what is to be undone`,
      syscall: 'mkdir',
      capability: 'CAP_DAC_OVERRIDE',
      hints: { EROFS: 'CCDK_JOURNAL names another directory', ENOTDIR: 'CCDK_JOURNAL names another directory' },
    })
  }
  checkDirectory(directory)
}

/** False when there is none. Refuses one that somebody else could have put things into. */
export function checkDirectory(directory: string): boolean {
  const found = stats(directory)
  if (found === undefined) return false
  if (!found.isDirectory()) throw refused(directory, 'is no directory')
  checkOwner(directory, found)
  return true
}

function stats(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw fileError(error, { doing: `looking for journals in ${path}`, syscall: 'lstat', capability: 'CAP_DAC_READ_SEARCH' })
  }
}

/**
 * Opens a journal to be read and appended to; a new one when `make` is true. Undefined when there is none any more.
 * Refuses what is no plain file of this user's alone, such as a link to another.
 */
export function openFile(path: string, { make = false } = {}): number | undefined {
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
  let file: number
  try {
    file = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | (make ? O_CREAT | O_EXCL : 0), 0o600)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && !make) return undefined
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') throw refused(path, 'is a symbolic link')
    throw fileError(error, { doing: `opening the journal ${path}`, syscall: 'open', capability: 'CAP_DAC_OVERRIDE' })
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw refused(path, 'is no file')
    if (found.nlink > 1) throw refused(path, 'has another name too')
    checkOwner(path, found)
    return file
  } catch (error) {
    closeSync(file)
    throw error
  }
}

function checkOwner(path: string, { uid, mode }: Stats): void {
  if (uid !== process.geteuid?.()) throw refused(path, `belongs to user ${uid}`)
  if ((mode & 0o077) !== 0) throw refused(path, `is open to others (mode ${(mode & 0o777).toString(8)})`)
}

const refused = (path: string, why: string): UsageError =>
  new UsageError(`${path} ${why}, and nothing that it says is believed`, { hint: 'look at it, and remove it' })
