import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { fileError } from '../../kernel/index.ts'

const ending = '.sock'

/** Where the paths of this user are reached, each by a Unix socket of its name. */
export function controlDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (process.geteuid?.() === 0) return '/run/ccdk/path'
  return join(environment['XDG_RUNTIME_DIR'] || `/run/user/${process.geteuid?.() ?? 0}`, 'ccdk/path')
}

/** Makes the directory, for its owner alone. */
export function makeControlDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fileError(error, { doing: `making the directory ${directory}`, syscall: 'mkdir', capability: 'CAP_DAC_OVERRIDE' })
  }
  checkControlDirectory(directory)
}

/** False when there is none. Refuses one into which somebody else could have put a socket. */
export function checkControlDirectory(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false })
  if (found === undefined) return false
  if (!found.isDirectory() || found.uid !== process.geteuid?.() || (found.mode & 0o077) !== 0) {
    throw new UsageError(`${directory} is not a directory of this user's alone`, { hint: 'look at it, and remove it' })
  }
  return true
}

/** Throws a `UsageError` for what cannot be the name of a path. */
export function socketOf(directory: string, name: string): string {
  if (!/^[a-z\d][\w.-]{0,31}$/i.test(name)) {
    throw new UsageError(`"${name}" is no name for a path: up to 32 letters, digits, dots and dashes`)
  }
  return join(directory, `${name}${ending}`)
}

export const nameOf = (file: string): string | undefined => (file.endsWith(ending) ? file.slice(0, -ending.length) : undefined)
