import type { HostChannel } from './host-channel.ts'
import type { ProgramEnd } from './protocol.ts'

export interface ProgramOptions {
  /** All its variables; those of this process when left out. */
  environment?: Readonly<Record<string, string | undefined>>
  /**
   * `terminal` gives it the stdin, stdout and stderr of this process, which the host must have been started with.
   * `capture`, the default, gives it nothing to read, and keeps the end of what it prints.
   */
  stdio?: 'terminal' | 'capture'
  /** How many characters of that; 4000 when left out. */
  kept?: number
}

/** A program that runs on a host. With the host it ends, also when this process is killed. */
export class Program {
  readonly pid: number
  /** Settles when it has ended; rejects when its host ends first. */
  readonly ended: Promise<ProgramEnd>
  readonly #channel: HostChannel
  readonly #id: number

  constructor(channel: HostChannel, id: number, pid: number) {
    this.#channel = channel
    this.#id = id
    this.pid = pid
    // Node's longest time: a program may run for weeks.
    this.ended = channel.call('programEnded', { program: id }, 2 ** 31 - 1)
    this.ended.catch(() => undefined)
  }

  /** Does nothing to one that has ended. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    await this.#channel.tidy('signalProgram', { program: this.#id, signal })
  }
}
