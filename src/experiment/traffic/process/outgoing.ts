import { bindTcpSocket, connectTcp, type Fd, limitUnsent, openTcpSocket, sendAtOnce } from '../../../kernel/index.ts'
import type { Connection, WorkItem } from '../connections.ts'
import type { ProcessHost } from './host.ts'
import type { Notes } from './notes.ts'
import { Stream, type StreamOwner } from './stream.ts'
import type { Around } from './work.ts'

/** The end of a connection that connects, and sends or asks. */
export class Outgoing implements StreamOwner {
  readonly #connection: Connection
  readonly #number: number
  readonly #host: ProcessHost
  readonly #to: string
  readonly #around: Around
  readonly #notes: Notes
  #socket: Fd | undefined
  #stream: Stream | undefined
  #begun = 0
  /** What it is at, where that lasts until a moment. */
  #current: WorkItem | undefined
  #asking = { planned: 0, start: 0, until: 0 }
  #isOver = false

  constructor(number: number, connection: Connection, host: ProcessHost, to: string, around: Around) {
    this.#number = number
    this.#connection = connection
    this.#host = host
    this.#to = to
    this.#around = around
    this.#notes = around.notes
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Makes the socket, so that less is to be done when its time comes. */
  prepare(): void {
    if (this.#socket !== undefined || this.#isOver) return
    const { family, cc, port } = this.#connection
    const fd = openTcpSocket(family, cc, this.#host.namespace)
    try {
      bindTcpSocket(fd, { family, address: this.#host[family], port })
      sendAtOnce(fd.number)
      limitUnsent(fd.number, this.#around.limits.unsent)
    } catch (error) {
      fd[Symbol.dispose]()
      throw error
    }
    this.#socket = fd
  }

  /** Begins with the next item, whose time has come. */
  next(): void {
    const item = this.#connection.items[this.#begun]
    if (item === undefined || this.#isOver) return
    this.#begun += 1
    const { outcome } = this.#notes
    outcome.startNs[item.plan] = this.#around.loop.now()
    const stream = this.#stream ?? this.#connect()
    if (stream === undefined) return
    outcome.retransmitsBefore[item.plan] = this.#begun === 1 ? 0 : stream.info().tcpi_total_retrans
    if (item.does === 'send') stream.send(item.bytes)
    else if (item.does === 'stream') this.#streamUntil(stream, item)
    else {
      this.#current = item
      this.#ask(stream, item, item.at)
    }
  }

  #connect(): Stream | undefined {
    const { family, listenerPort, ecn } = this.#connection
    try {
      this.prepare()
      if (this.#socket === undefined) return undefined
      this.#host.askForEcn(ecn)
      connectTcp(this.#socket.number, { family, address: this.#to, port: listenerPort })
      this.#stream = new Stream(this.#around.loop, this.#socket, this, 'connecting')
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      this.#notes.outcome.failures.push(failure.message)
      this.failed(failure)
    }
    return this.#stream
  }

  #streamUntil(stream: Stream, item: WorkItem & { does: 'stream' }): void {
    this.#current = item
    stream.send(Infinity)
    this.#around.loop.at(item.until, () => {
      if (this.#isOver) return
      stream.stop()
      this.#through(stream)
    })
  }

  /** The plan that lasts until a moment is through. */
  #through(stream: Stream): void {
    if (this.#current !== undefined) this.#notes.outcome.sentTo[this.#current.plan] = stream.written
    this.#current = undefined
    this.drained()
  }

  #ask(stream: Stream, item: WorkItem & { does: 'ask' }, planned: number): void {
    if (this.#isOver) return
    this.#asking = { planned, start: this.#around.loop.now(), until: stream.received + item.response }
    stream.wakeAt(Math.min(item.response, this.#around.limits.readAtLeast))
    stream.send(item.request)
  }

  received(): void {
    const item = this.#current
    const stream = this.#stream
    if (item?.does !== 'ask' || stream === undefined) return
    const { planned, start, until } = this.#asking
    if (stream.received < until) {
      stream.wakeAt(Math.min(until - stream.received, this.#around.limits.readAtLeast))
      return
    }
    const now = this.#around.loop.now()
    this.#notes.exchange(item.plan, planned, start, now)
    const again = now + item.think
    if (again >= item.until) this.#through(stream)
    else this.#around.loop.at(again, () => this.#ask(stream, item, again))
  }

  connected(): void {
    this.drained()
  }

  /** Ends the connection when nothing is to follow. */
  drained(): void {
    const stream = this.#stream
    if (stream === undefined || !stream.isConnected || !stream.isIdle) return
    if (this.#current === undefined && this.#begun === this.#connection.items.length) stream.finish()
  }

  /** The other end has all, and says so by ending too. */
  ended(): void {
    const { items } = this.#connection
    const isThrough = this.#begun === items.length && this.#current === undefined && this.#stream?.isIdle === true
    if (isThrough) this.#over({ orderly: true })
    else this.failed(new Error('the other end closed the connection before all was sent'))
  }

  failed(error: Error): void {
    this.#over({ orderly: false, error })
  }

  /** Notes how it stands when traffic ends, and leaves it open. */
  cut(): void {
    if (this.#isOver || this.#stream === undefined) return
    this.#notePending()
    if (this.#current?.does === 'stream') this.#notes.outcome.sentTo[this.#current.plan] = this.#stream.written
    this.#notes.end(this.#number, this.#stream.info(), undefined)
  }

  /** A request without its answer. */
  #notePending(): void {
    const { planned, start, until } = this.#asking
    if (this.#current?.does === 'ask' && this.#stream !== undefined && this.#stream.received < until) {
      this.#notes.exchange(this.#current.plan, planned, start, Number.NaN)
    }
  }

  #over({ orderly, error }: { orderly: boolean; error?: Error }): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#notePending()
    this.#notes.end(this.#number, this.#stream?.info(), error)
    this.close({ orderly })
    this.#around.over()
  }

  close({ orderly }: { orderly: boolean }): void {
    this.#stream?.close({ orderly })
    this.#socket?.[Symbol.dispose]()
  }
}
