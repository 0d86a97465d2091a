import { readFileSync } from 'node:fs'
import { UsageError } from '../src/errors/index.ts'

/** Reads a file that the user named. */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`cannot read ${file}: ${why}`, { hint: 'name a file that is there and that you may read', cause })
  }
}
