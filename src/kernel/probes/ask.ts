import type { Answer } from '../../loader/index.ts'
import { errnoName } from '../errno.ts'
import { close } from '../libc.ts'

/** What a call answers when the kernel could not be asked, whatever it can do. */
const inconclusive: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENOMEM', 'ENFILE', 'EMFILE', 'EAGAIN', 'EINTR', 'EBUSY'])

/** Reads a call's result, a new descriptor or a negative errno, as an answer. `known` are errnos that say yes. */
export function answerOf(result: number, ...known: readonly string[]): Answer {
  if (result >= 0) {
    close(result)
    return 'yes'
  }
  const errno = errnoName(-result)
  if (known.includes(errno)) return 'yes'
  return inconclusive.has(errno) ? 'unknown' : 'no'
}
