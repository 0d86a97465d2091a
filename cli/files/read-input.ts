import { readFileSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import { reasonOf } from '../errors/reason-of.ts'

/** Reads a file that the user named. */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${reasonOf(cause, { EACCES: 'you may not read it' })}`, { cause })
  }
}
