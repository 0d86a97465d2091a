import { constants } from 'node:os'
import { PermissionError, SyscallError } from '../errors/index.ts'

const names = new Map<number, string>(Object.entries(constants.errno).map(([name, number]) => [number, name]))
// ABI: the kernel's own ENOTSUPP (include/linux/errno.h), which bpf(2) lets through and libc does not know.
names.set(524, 'ENOTSUPP')
// The same number as EWOULDBLOCK, which is not what man pages and kernel sources call it.
names.set(constants.errno.EAGAIN, 'EAGAIN')

/** The name of an errno, `EINVAL` for 22. */
export const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`

/** What was being done when a call failed, and what its errnos mean there. */
export interface Attempt {
  /** In words, with the name of the thing: `creating the map "dctcp"`. */
  doing: string
  /** The call as a person would look it up: `bpf(BPF_MAP_CREATE)`. */
  syscall: string
  /** The capability without which the call answers EPERM or EACCES. */
  capability?: string
  /** What an errno means at this call and what to do about it. */
  hints?: Readonly<Record<string, string>>
}

/** The error that a failed call deserves. `errno` is positive. */
export function systemError(errno: number, attempt: Attempt): SyscallError | PermissionError {
  const name = errnoName(errno)
  const hint = attempt.hints?.[name]
  const facts = { doing: attempt.doing, syscall: attempt.syscall, errno: name, ...(hint === undefined ? {} : { hint }) }
  return attempt.capability !== undefined && (name === 'EPERM' || name === 'EACCES')
    ? new PermissionError({ ...facts, capability: attempt.capability })
    : new SyscallError(facts)
}

/** Passes a result through, or throws what a negative one means. */
export function check(result: number, attempt: Attempt): number {
  if (result < 0) throw systemError(-result, attempt)
  return result
}

/** What a Node file call answers. Its error is one of ours. */
export function fileCall<T>(attempt: Attempt, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw fileError(error, attempt)
  }
}

/** The error of a Node file call as one of ours. */
export function fileError(error: unknown, attempt: Attempt): Error {
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : Number.NaN
  if (Number.isNaN(errno)) return new SyscallError({ ...attempt, errno: 'unknown', cause: error, hint: '' })
  return systemError(-errno, attempt)
}
