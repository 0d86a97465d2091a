import { openSync, writeSync } from 'node:fs'
import { type GateEvent, recordVariable } from './record.ts'

const path = process.env[recordVariable]
// Processes and workers that a test starts inherit the environment and the preload: they must not write here too.
delete process.env[recordVariable]
const fd = path === undefined ? undefined : openSync(path, 'a')

/** Whether this process is a test file that the gate started. */
export const isRecording = fd !== undefined

/** Appends to the record, synchronously: what was recorded survives `process.exit()` and SIGKILL. */
export function record(event: GateEvent): void {
  if (fd !== undefined) writeSync(fd, `${JSON.stringify(event)}\n`)
}
