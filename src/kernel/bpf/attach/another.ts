import { check } from '../../errno.ts'
import { Fd } from '../../fd.ts'
import { duplicate } from '../../libc.ts'

/** Opens the same file once more, so that the caller may close its own. */
export const another = (fd: number, what: string): Fd => new Fd(check(duplicate(fd), { doing: `keeping ${what} open`, syscall: 'fcntl(F_DUPFD_CLOEXEC)' }), what)

/** Does what puts `next` in the place of `before`, which is then closed. Answers a descriptor of its own of `next`. */
export function exchanged(before: Fd, next: Fd, work: () => void): Fd {
  using undo = new DisposableStack()
  const kept = undo.use(another(next.number, next.what))
  work()
  undo.move()
  before[Symbol.dispose]()
  return kept
}
