import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What a shell exits with for a command that it cannot run: 127 when there is none, 126 when it may not be run. */
export interface CannotRun {
  exitCode: 126 | 127
  reason: string
}

/** Why a program cannot be run by its name; undefined when it can. */
export function cannotRun(name: string, path = process.env['PATH'] ?? ''): CannotRun | undefined {
  const files = name.includes('/') ? [name] : path.split(delimiter).map((directory) => join(directory || '.', name))
  const there = files.filter(isFile)
  if (there.length === 0) return { exitCode: 127, reason: `there is no program ${name}` }
  return there.some(isExecutable) ? undefined : { exitCode: 126, reason: `${name} is no program that may be run` }
}

/** What this user may not even look at is not there for them. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
