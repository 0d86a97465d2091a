import { check, errnoName, systemError } from './errno.ts'
import * as libc from './libc.ts'

// ABI: LOCK_EX and LOCK_NB, sys/file.h.
const LOCK_EX = 2
const LOCK_NB = 4

const attempt = { doing: 'locking a file', syscall: 'flock' }

/** Waits for the lock of an open file and takes it. It is free again when the file is closed, and when the process ends. */
export function lockFile(file: number): void {
  check(libc.flock(file, LOCK_EX), attempt)
}

/** Takes the lock of an open file, unless somebody else has it. */
export function tryLockFile(file: number): boolean {
  const result = libc.flock(file, LOCK_EX | LOCK_NB)
  if (result >= 0) return true
  if (errnoName(-result) === 'EAGAIN') return false
  throw systemError(-result, attempt)
}
