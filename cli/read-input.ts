import { readFileSync } from 'node:fs'
import { UsageError } from '../src/errors/index.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
}

/** Reads a file that the user named. */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`cannot read ${file}: ${reasons[code] ?? code}`, { cause })
  }
}
