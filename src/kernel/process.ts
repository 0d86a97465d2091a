import { check } from './errno.ts'
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
