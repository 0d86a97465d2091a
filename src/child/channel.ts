import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { execaNode } from 'execa'
import { TestbedError } from '../errors/index.ts'
import { type CallsOf, isReplyTo } from './calls.ts'
import { errorFromFacts } from './error-facts.ts'

/** How long a process may take to end by itself when its channel closes. */
const endMs = 3000

interface Waiting {
  settle: (message: unknown) => void
  reject: (error: Error) => void
}

export interface ChildOptions {
  /** Descriptors of this process that the child has as 3 and so on. */
  descriptors?: readonly (0 | 1 | 2)[]
  /** What its Node is started with. */
  nodeOptions?: readonly string[]
}

/** The parent's end of the channel to a process that it starts, and that process's life. */
export class Channel<Calls extends CallsOf<Calls>> {
  readonly pid: number
  readonly #what: string
  readonly #process: ReturnType<typeof spawn>
  /** The same process as Node sees it: execa's own messages are sent at most once a turn, which delays samples. */
  readonly #node: ChildProcess
  readonly #ended: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(message: object) => void>()
  readonly #onEnd = new Set<(error: Error) => void>()
  #end: Error | undefined
  #calls = 0

  /** `program` serves the calls; `what` it is goes into messages: `host client`. */
  constructor(program: URL, what: string, options: ChildOptions = {}) {
    this.#what = what
    this.#process = spawn(program, options)
    this.#ended = this.#watch()
    this.#node = this.#process.nodeChildProcess
    this.pid = this.#node.pid ?? 0
    this.#node.on('message', (message: unknown) => this.#take(message))
  }

  /** Asks the process and waits for its answer, no longer than `timeoutMs`. */
  async call<Name extends keyof Calls & string>(
    call: Name,
    argument: Calls[Name]['argument'],
    timeoutMs = 10_000,
  ): Promise<Calls[Name]['answer']> {
    if (this.#end !== undefined) throw this.#end
    if (!this.#node.connected) {
      await this.#ended
      throw this.#end
    }
    this.#calls += 1
    const id = this.#calls
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]['answer']>()
    const timer = setTimeout(() => {
      reject(new TestbedError(`${this.#what} has not answered "${call}" for ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const settle = (message: unknown): void => {
      if (!isReplyTo<Calls, Name>(call, message)) {
        reject(new TestbedError(`${this.#what} answered something else than "${call}"`))
      } else if ('error' in message) reject(errorFromFacts(message.error))
      else resolve(message.value)
    }
    this.#waiting.set(id, { settle, reject })
    try {
      // An error means that the process has ended: that rejects the call, with the reason. Without a callback it would
      // be an event that nobody listens to.
      this.#node.send({ call, id, argument }, () => undefined)
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  /** The same for a call that only tidies up: with the process everything of it is gone. */
  async tidy<Name extends keyof Calls & string>(call: Name, argument: Calls[Name]['argument']): Promise<void> {
    try {
      await this.call(call, argument)
    } catch (error) {
      if (this.#end === undefined) throw error
    }
  }

  /** Has `listener` told what the process says unasked, and `onEnd` when it is gone, until the answer is called. */
  listen(listener: (message: object) => void, onEnd: (error: Error) => void): () => void {
    this.#listeners.add(listener)
    this.#onEnd.add(onEnd)
    return () => {
      this.#listeners.delete(listener)
      this.#onEnd.delete(onEnd)
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.#end ??= new TestbedError(`${this.#what} was closed`)
    if (this.#node.connected) this.#node.disconnect()
    const late = new AbortController()
    await Promise.race([this.#ended, sleep(endMs, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
    this.#process.kill('SIGKILL')
    await this.#ended
  }

  #take(message: unknown): void {
    if (typeof message !== 'object' || message === null) return
    if ('reply' in message) this.#waiting.get(Number(message.reply))?.settle(message)
    else for (const listener of this.#listeners) listener(message)
  }

  async #watch(): Promise<void> {
    const { exitCode, signal, stderr, originalMessage = '' } = await this.#process
    const how = signal ?? (exitCode === undefined ? originalMessage : `exit code ${exitCode}`)
    this.#end ??= new TestbedError(
      `the process of ${this.#what} ended (${how})${stderr === '' ? '' : `: ${stderr}`}`,
    )
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    for (const onEnd of this.#onEnd) onEnd(this.#end)
  }
}

/** `cleanup` stays off: the child ends by its channel, and this process's signal handlers are nobody else's to set. */
const spawn = (program: URL, { descriptors = [], nodeOptions = [] }: ChildOptions) =>
  execaNode(program, {
    ipc: true,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', ...descriptors],
    reject: false,
    cleanup: false,
    // What this process was started with, such as a loader for tests, is not meant for the child.
    nodeOptions,
    // Messages are taken as they come; keeping them all for the result as well would fill the memory.
    buffer: { ipc: false },
    maxBuffer: 100_000,
  })
