import { writeFileSync } from 'node:fs'
import { UsageError } from '../src/errors/index.ts'

/** Writes a file that the user named. */
export function writeOutput(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes)
  } catch (cause) {
    throw new UsageError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
