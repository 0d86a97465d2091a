import { readFileSync } from 'node:fs'

/** What a process and all that it started have used until now. */
export interface Used {
  /** Of processors, in user mode and in the kernel. */
  seconds: number
  /** The most memory that was resident at a time, MB (10⁶ bytes). */
  peakMb: number
}

/** ABI: USER_HZ, in which /proc counts; it is 100 on every architecture that Node runs on. */
const ticksPerSecond = 100

export function usedBy(pid: number): Used {
  // ABI: proc_pid_stat(5): behind the name, which may have any letter; utime and stime are the fields 14 and 15.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const peak = Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  const own = { seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peakMb: (peak * 1024) / 1e6 }
  return childrenOf(pid)
    .map(usedBy)
    .reduce((sum, child) => ({ seconds: sum.seconds + child.seconds, peakMb: sum.peakMb + child.peakMb }), own)
}

export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
