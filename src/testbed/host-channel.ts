import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execaNode } from 'execa'
import { errorFromFacts } from './error-facts.ts'
import type { CallName, Calls, Reply, TransferEvent } from './protocol.ts'
import { TestbedError } from '../errors/index.ts'

// From source this is host-process.ts, from the built package host-process.js.
const program = new URL(`./host-process${extname(import.meta.url)}`, import.meta.url)

/** How long a host process may take to end by itself when its channel closes. */
const endMs = 3000

interface Waiting {
  settle: (message: unknown) => void
  reject: (error: Error) => void
}

/** The parent's end of the channel to one host process, and that process's life. */
export class HostChannel {
  readonly pid: number
  readonly #name: string
  readonly #process: ReturnType<typeof spawn>
  /** The same process as Node sees it: execa's own messages are sent at most once a turn, which delays samples. */
  readonly #node: ChildProcess
  readonly #ended: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Map<number, (event: TransferEvent) => void>()
  readonly #onEnd = new Set<(error: Error) => void>()
  #end: Error | undefined
  #calls = 0

  constructor(name: string, { terminal = false }: { terminal?: boolean } = {}) {
    this.#name = name
    this.#process = spawn(terminal)
    this.#ended = this.#watch()
    this.#node = this.#process.nodeChildProcess
    this.pid = this.#node.pid ?? 0
    this.#node.on('message', (message: unknown) => this.#take(message))
  }

  /** Asks the host and waits for its answer, no longer than `timeoutMs`. */
  async call<Name extends CallName>(
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
      reject(new TestbedError(`host ${this.#name} has not answered "${call}" for ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const settle = (message: unknown): void => {
      if (!isReplyTo(call, message)) {
        reject(new TestbedError(`host ${this.#name} answered something else than "${call}"`))
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

  /** The same for a call that only tidies up: with the host everything of it is gone. */
  async tidy<Name extends CallName>(call: Name, argument: Calls[Name]['argument']): Promise<void> {
    try {
      await this.call(call, argument)
    } catch (error) {
      if (this.#end === undefined) throw error
    }
  }

  /** Has `listener` told the events of a transfer, and `onEnd` when the host is gone, until the answer is called. */
  follow(transfer: number, listener: (event: TransferEvent) => void, onEnd: (error: Error) => void): () => void {
    this.#listeners.set(transfer, listener)
    this.#onEnd.add(onEnd)
    return () => {
      this.#listeners.delete(transfer)
      this.#onEnd.delete(onEnd)
    }
  }

  /** Ends the host process and with it its namespace. */
  async close(): Promise<void> {
    this.#end ??= new TestbedError(`host ${this.#name} was closed`)
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
    else if (isEvent(message)) this.#listeners.get(message.transfer)?.(message)
  }

  async #watch(): Promise<void> {
    const { exitCode, signal, stderr, originalMessage = '' } = await this.#process
    const how = signal ?? (exitCode === undefined ? originalMessage : `exit code ${exitCode}`)
    this.#end ??= new TestbedError(
      `the process of host ${this.#name} ended (${how})${stderr === '' ? '' : `: ${stderr}`}`,
    )
    for (const { reject } of this.#waiting.values()) reject(this.#end)
    for (const onEnd of this.#onEnd) onEnd(this.#end)
  }
}

/** `cleanup` stays off: the host ends by its channel, and this process's signal handlers are nobody else's to set. */
const spawn = (terminal: boolean) =>
  execaNode(program, {
    ipc: true,
    serialization: 'advanced',
    // For programs of the host there are those of this process too, as 3, 4 and 5.
    stdio: ['ignore', 'ignore', 'pipe', ...(terminal ? ([0, 1, 2] as const) : [])],
    reject: false,
    cleanup: false,
    // What this process was started with, such as a loader for tests, is not meant for the host.
    nodeOptions: [],
    // Messages are taken as they come; keeping them all for the result as well would fill the memory.
    buffer: { ipc: false },
    maxBuffer: 100_000,
  })

function isReplyTo<Name extends CallName>(call: Name, message: unknown): message is Reply<Name> {
  return (
    typeof message === 'object' &&
    message !== null &&
    ('error' in message || ('call' in message && message.call === call && 'value' in message))
  )
}

const isEvent = (message: object): message is TransferEvent => 'event' in message && 'transfer' in message
