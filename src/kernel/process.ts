import { check } from './errno.ts'
import { Fd } from './fd.ts'
import * as libc from './libc.ts'

// ABI: PR_SET_PDEATHSIG, linux/prctl.h, and SIGKILL.
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

/** Has the kernel kill this process when the thread that started it ends, however that happens. */
export function dieWithParent(): void {
  check(libc.prctl(PR_SET_PDEATHSIG, SIGKILL), {
    doing: 'tying this process to its parent',
    syscall: 'prctl(PR_SET_PDEATHSIG)',
  })
}

/** Takes `dieWithParent` back: this process sees to its end itself. */
export function outliveParent(): void {
  check(libc.prctl(PR_SET_PDEATHSIG, 0), { doing: 'untying this process from its parent', syscall: 'prctl(PR_SET_PDEATHSIG)' })
}

/** A pidfd, by which a process is the key of a BPF_MAP_TYPE_TASK_STORAGE. */
export function openProcess(pid: number): Fd {
  const hints = { ESRCH: 'there is no such process', EINVAL: 'it is a thread, and only whole processes can be opened' }
  return new Fd(check(libc.pidfdOpen(pid, 0), { doing: `opening process ${pid}`, syscall: 'pidfd_open', hints }), `process ${pid}`)
}
