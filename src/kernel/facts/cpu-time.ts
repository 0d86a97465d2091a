import { readFileSync } from 'node:fs'
import { fileCall } from '../errno.ts'

/** What all processors have spent since the machine started, seconds. */
export interface CpuTime {
  /** In processes and in the kernel, interrupts too. */
  busy: number
  /** What a hypervisor gave to others while there was work here. */
  steal: number
  /** How many of them run: more than a process may use where it is confined to some. */
  cpus: number
}

// ABI: USER_HZ, asm/param.h: 100 on every architecture that Node runs on.
const ticksPerSecond = 100

/**
 * ABI: the first line of `/proc/stat`: user nice system idle iowait irq softirq steal, and guests, who are in user. A line
 * for each processor comes next.
 */
export function parseCpuTime(text: string): CpuTime {
  const [, numbers = ''] = /^cpu +([\d ]+)$/m.exec(text) ?? []
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = numbers.split(' ').map(Number)
  const cpus = text.match(/^cpu\d+ /gm)?.length ?? 0
  return { busy: (user + nice + system + irq + softirq) / ticksPerSecond, steal: steal / ticksPerSecond, cpus }
}

/** ABI: `/proc/PID/stat`: utime and stime are the 14th and 15th. The second, the name, may have anything in it. */
export function parseProcessTime(text: string): number {
  const [utime = 0, stime = 0] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (utime + stime) / ticksPerSecond
}

/** What was used between two looks, in cores: 0.5 is half of one. */
export interface CpuUse extends CpuTime {
  /** Between the two looks. */
  seconds: number
  /** Of the processes that are there still, by their ids. Figures come in steps of 10 ms. */
  processes: Map<number, number>
}

/** Tells what this machine's processors did since it was last asked, and what of it some processes used. */
export class CpuMeter {
  readonly #pids: readonly number[]
  #last: { at: number; all: CpuTime; processes: Map<number, number> }

  constructor(pids: Iterable<number> = []) {
    this.#pids = [...pids]
    this.#last = this.#look()
  }

  read(): CpuUse {
    const { at, all, processes } = this.#last
    const now = this.#look()
    this.#last = now
    // Two looks in the same instant tell nothing.
    const seconds = (now.at - at) / 1000
    const cores = (used: number): number => (seconds > 0 ? Math.max(0, used) / seconds : 0)
    const used = [...now.processes].map(([pid, time]) => [pid, cores(time - (processes.get(pid) ?? time))] as const)
    return {
      seconds,
      busy: cores(now.all.busy - all.busy),
      steal: cores(now.all.steal - all.steal),
      cpus: now.all.cpus,
      processes: new Map(used),
    }
  }

  #look(): { at: number; all: CpuTime; processes: Map<number, number> } {
    const processes = new Map<number, number>()
    for (const pid of this.#pids) {
      const time = processTime(pid)
      if (time !== undefined) processes.set(pid, time)
    }
    const stat = fileCall({ doing: 'asking what the processors did', syscall: 'read' }, () => readFileSync('/proc/stat', 'utf8'))
    return { at: performance.now(), all: parseCpuTime(stat), processes }
  }
}

/** Undefined when the process has ended. */
function processTime(pid: number): number | undefined {
  try {
    return parseProcessTime(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}
