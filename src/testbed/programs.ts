import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { SyscallError, TestbedError } from '../errors/index.ts'
import { endMarked, mark } from '../journal/index.ts'
import { outliveParent } from '../kernel/index.ts'
import type { ProgramEnd, ProgramSpec } from './protocol.ts'

/** Where a host process that was started with a terminal has its parent's stdin, stdout and stderr. */
const terminal = [3, 4, 5]
/** How long a program may take to end in its own way, ms. */
const patience = 1000

interface Running {
  child: ChildProcess
  ended: Promise<ProgramEnd>
}

/** The programs that a host process has started in its namespace. */
export class Programs {
  readonly #running = new Map<number, Running>()
  /** The runs, as journals know them, that programs were started for. */
  readonly #runs = new Set<string>()

  async run({ program, file, args, environment, stdio, kept }: ProgramSpec): Promise<{ pid: number }> {
    // When the parent is killed, this process is to live on until it has ended them.
    outliveParent()
    const run = environment[mark]
    if (run !== undefined) this.#runs.add(run)
    const child = spawn(file, args, { env: environment, stdio: stdio === 'terminal' ? terminal : ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-kept)))
    }
    const started = once(child, 'spawn')
    // With 'close', what it has printed is all there; what it started may have its streams for longer.
    const ended = once(child, 'exit').then(async () => {
      await Promise.race([child.stdout === null ? undefined : once(child, 'close'), sleep(100)])
      return { code: child.exitCode, signal: child.signalCode, printed }
    })
    ended.catch(() => undefined)
    try {
      await started
    } catch (error) {
      throw startError(file, error)
    }
    this.#running.set(program, { child, ended })
    return { pid: child.pid ?? 0 }
  }

  async ended(program: number): Promise<ProgramEnd> {
    return await this.#find(program).ended
  }

  /** Does nothing to one that has ended. */
  signal(program: number, signal: NodeJS.Signals): void {
    this.#find(program).child.kill(signal)
  }

  /** Ends all, as a terminal does that is closed, then firmly; and what they have started, where it has the mark of a run. */
  async end(): Promise<void> {
    const living = [...this.#running.values()].filter(({ child }) => child.exitCode === null && child.signalCode === null)
    for (const { child } of living) for (const signal of ['SIGHUP', 'SIGCONT'] as const) child.kill(signal)
    const ended = Promise.all(living.map((one) => one.ended))
    await Promise.race([ended, sleep(patience, undefined, { ref: false })])
    for (const { child } of living) child.kill('SIGKILL')
    await ended
    for (const run of this.#runs) await endMarked({ run, pid: process.pid })
  }

  #find(program: number): Running {
    const found = this.#running.get(program)
    if (found === undefined) throw new TestbedError(`this host has no program ${program}`)
    return found
  }
}

function startError(file: string, error: unknown): SyscallError {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const hint = errno === 'ENOENT' ? 'there is no such program' : errno === 'EACCES' ? 'it is no program that may be run' : ''
  return new SyscallError({ doing: `starting ${file}`, syscall: 'execve', errno, hint, cause: error })
}
