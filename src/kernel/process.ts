import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { check } from './errno.ts'
import { Fd } from './fd.ts'
import * as libc from './libc.ts'

// ABI: PR_SET_PDEATHSIG, linux/prctl.h.
const PR_SET_PDEATHSIG = 1
const { SIGKILL } = constants.signals

/**
 * Has the kernel kill this process when the thread that started it ends, however that happens. `parent` is that thread's
 * process: when it has ended before this was called, this process ends now.
 */
export function dieWithParent(parent: number): void {
  check(libc.prctl(PR_SET_PDEATHSIG, SIGKILL), {
    doing: 'tying this process to its parent',
    syscall: 'prctl(PR_SET_PDEATHSIG)',
  })
  if (process.ppid !== parent) process.kill(process.pid, SIGKILL)
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

/** Sends a signal to the very process that was opened, also when its number is another's by now. */
export function signalProcess(process: Fd, signal: 'SIGTERM' | 'SIGKILL'): void {
  check(libc.pidfdSendSignal(process.number, constants.signals[signal]), {
    doing: `ending ${process.what} by ${signal}`,
    syscall: 'pidfd_send_signal',
    capability: 'CAP_KILL',
    hints: { ESRCH: 'it has ended' },
  })
}

/**
 * When a process was started, in clock ticks since the machine was: with its number this is a process and no other, as
 * long as the machine runs. Undefined for one that has ended, also when nobody has collected it yet.
 */
export function processStart(pid: number): number | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // ABI: proc_pid_stat(5): behind the name, which may hold anything, comes the state, field 3; the start is field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ['Z', 'X'].includes(fields[0] ?? '') ? undefined : Number(fields[19])
}

/** The id that the kernel chose when it was started. */
export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
