import { once } from 'node:events'
import { extname } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type ErrorFacts, errorFromFacts, isReplyTo, type Reply } from '../../child/index.ts'
import { TestbedError } from '../../errors/index.ts'
import { Wakeup } from '../../kernel/index.ts'
import type { EmulatorPlan } from '../plan.ts'
import type { Started, ThreadCalls, ThreadData } from './protocol.ts'

// From source this is loop-worker.ts, from the built package loop-worker.js.
const program = new URL(`./loop-worker${extname(import.meta.url)}`, import.meta.url)

/** The first, and the last if there was an error, are said without being asked. */
type Said = { started: Started } | { failed: ErrorFacts } | Reply<ThreadCalls, keyof ThreadCalls>

/** The forwarding thread, as the process knows it that starts it. */
export class LoopThread {
  /** Settles when its ports are open, or cannot be opened. */
  readonly started: Promise<Started>
  /** Resolves when the thread has ended because it was told to, and rejects when it has because of an error. */
  readonly ended: Promise<void>
  readonly #worker: Worker
  readonly #calls: MessagePort
  readonly #called = new Int32Array(new SharedArrayBuffer(4))
  readonly #wakeup = new Wakeup()
  readonly #waiting = new Map<number, { settle: (said: object) => void; reject: (error: Error) => void }>()
  readonly #start = Promise.withResolvers<Started>()
  #failure: Error | undefined
  #over: Error | undefined
  #count = 0

  constructor(plan: EmulatorPlan) {
    const { port1, port2 } = new MessageChannel()
    this.#calls = port1
    const workerData: ThreadData = { plan, calls: port2, called: this.#called, wakeup: this.#wakeup.fd }
    this.#worker = new Worker(program, { workerData, transferList: [port2] })
    this.#worker.on('message', (said: Said) => this.#take(said))
    this.#worker.on('error', (error: unknown) => (this.#failure ??= error instanceof Error ? error : new Error(String(error))))
    this.started = this.#start.promise
    this.ended = this.#watch()
    for (const promise of [this.started, this.ended]) promise.catch(() => undefined)
  }

  /** Has the thread do something between two rounds, and waits for the answer. */
  async call<Name extends keyof ThreadCalls>(call: Name, argument: ThreadCalls[Name]['argument']): Promise<ThreadCalls[Name]['answer']> {
    await this.started
    if (this.#over !== undefined) throw this.#over
    this.#count += 1
    const id = this.#count
    const { promise, resolve, reject } = Promise.withResolvers<ThreadCalls[Name]['answer']>()
    const settle = (said: object): void => {
      if (!isReplyTo<ThreadCalls, Name>(call, said)) reject(new TestbedError(`the emulator's thread answered something else than "${call}"`))
      else if ('error' in said) reject(errorFromFacts(said.error))
      else resolve(said.value)
    }
    this.#waiting.set(id, { settle, reject })
    this.#calls.postMessage({ call, id, argument }, [])
    Atomics.store(this.#called, 0, 1)
    this.#wakeup.call()
    return await promise
  }

  #take(said: Said): void {
    if ('started' in said) this.#start.resolve(said.started)
    else if ('failed' in said) this.#failure ??= errorFromFacts(said.failed)
    else {
      this.#waiting.get(said.reply)?.settle(said)
      this.#waiting.delete(said.reply)
    }
  }

  async #watch(): Promise<void> {
    await once(this.#worker, 'exit')
    this.#calls.close()
    this.#wakeup[Symbol.dispose]()
    const over = (this.#over = this.#failure ?? new TestbedError('the emulator has ended'))
    this.#start.reject(over)
    for (const { reject } of this.#waiting.values()) reject(over)
    if (this.#failure !== undefined) throw this.#failure
  }
}
