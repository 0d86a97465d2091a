import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The environment variable that marks what a gate started, and what that started in turn: also a daemon that has left
 * its process group. A gate inside a test of a gate adds its mark to the outer one.
 */
export const markVariable = 'CCDK_GATE_MARK'

/** How long a process that was told to go may take. */
const graceMs = 1000

export function markFor(id: string): string {
  return [process.env[markVariable], id].filter(Boolean).join(' ')
}

/** The process group of a process that the gate started as its leader, and that is still running. */
export class ProcessGroup implements Disposable {
  static readonly #running = new Set<ProcessGroup>()

  static {
    // Should the gate itself fail, nothing goes on running behind its back.
    process.on('exit', () => ProcessGroup.killAll())
  }

  readonly #leader: number | undefined

  /** @param leader undefined when the process could not be started */
  constructor(leader: number | undefined) {
    this.#leader = leader
    ProcessGroup.#running.add(this)
  }

  static killAll(): void {
    for (const group of ProcessGroup.#running) group.kill()
  }

  kill(): void {
    if (this.#leader === undefined) return
    try {
      process.kill(-this.#leader, 'SIGKILL')
    } catch {
      // ESRCH: the whole group is gone.
    }
  }

  /** To be called when the leader has ended: its id may then become another process's. */
  [Symbol.dispose](): void {
    ProcessGroup.#running.delete(this)
  }
}

/** Kills what still carries the mark, after a short grace. Returns the command lines of what had to be killed. */
export async function killMarked(id: string): Promise<string[]> {
  const deadline = Date.now() + graceMs
  let left = await marked(id)
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50)
    left = await marked(id)
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // ESRCH: it has gone in the meantime.
    }
  }
  return left.map(({ pid, command }) => `${pid} (${command})`)
}

async function marked(id: string): Promise<{ pid: number; command: string }[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/v.test(name))
  const found = await Promise.all(
    entries.map(async (entry) => {
      try {
        // A zombie has an empty environment, so it does not count.
        const environment = await readFile(`/proc/${entry}/environ`, 'latin1')
        const mark = environment.split('\0').find((pair) => pair.startsWith(`${markVariable}=`))
        if (mark?.includes(id) !== true) return []
        const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
        return [{ pid: Number(entry), command }]
      } catch {
        // It has gone in the meantime, or belongs to another user.
        return []
      }
    }),
  )
  return found.flat()
}
