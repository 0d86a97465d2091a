import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory and those above it, and answers the first that was made. Node's own `recursive` never comes back where
 * a file system has no room for names, as in /proc: mkdir(2) answers ENOENT there.
 */
export function makeDirectories(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined
  const above = makeDirectories(dirname(path))
  mkdirSync(path)
  return above ?? path
}
