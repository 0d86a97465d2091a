import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import { reasonOf } from '../errors/reason-of.ts'

/** Writes a file that the user named. Who reads it meanwhile sees the old one or the new one, and nothing between. */
export function writeOutput(file: string, bytes: Uint8Array): void {
  try {
    if (isReplaceable(file)) replace(file, bytes)
    else writeFileSync(file, bytes)
  } catch (cause) {
    throw new UsageError(`cannot write ${file}: ${reasonOf(cause, { ENOENT: 'there is no such directory', EACCES: 'you may not write there' })}`, { cause })
  }
}

/** What is no file, such as a device or a link to a file, is written to and not replaced. */
const isReplaceable = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? true

function replace(file: string, bytes: Uint8Array): void {
  const unfinished = `${file}.${process.pid}`
  try {
    writeFileSync(unfinished, bytes, { flag: 'wx' })
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}
