import type { Fd } from '../../../kernel/index.ts'
import { limitUnsent, sendAtOnce } from '../../../kernel/index.ts'
import type { Connection, WorkItem } from '../connections.ts'
import { Stream, type StreamOwner } from './stream.ts'
import type { Around } from './work.ts'

/** The end of a connection that was accepted: it receives, or answers. */
export class Incoming implements StreamOwner {
  readonly #number: number
  readonly #items: readonly WorkItem[]
  readonly #around: Around
  readonly #stream: Stream
  /** Which item's bytes come now, and up to where the connection's bytes are those of items before it. */
  #place = 0
  #before = 0
  #answered = 0
  /** Of a connection that sends for several times: when how many bytes were there. */
  readonly #reads: number[] | undefined
  #isOver = false

  constructor(number: number, { items }: Connection, fd: Fd, around: Around) {
    this.#number = number
    this.#items = items
    this.#around = around
    const streams = items.filter((item) => item.does === 'stream')
    this.#reads = streams.length > 1 ? [] : undefined
    this.#stream = new Stream(around.loop, fd, this, 'connected')
    if (items[0]?.does === 'ask') {
      sendAtOnce(fd.number)
      limitUnsent(fd.number, around.limits.unsent)
    }
    if (this.#reads !== undefined) this.#lookCloserBetween(streams)
    this.#wakeForNext()
  }

  /** When a time is over its last bytes may be few: they are read as they come, until the next begins. */
  #lookCloserBetween(streams: readonly (WorkItem & { does: 'stream' })[]): void {
    const { loop, limits } = this.#around
    const now = loop.now()
    for (const { at, until } of streams) {
      if (at > now) loop.at(at, () => this.#stream.wakeAt(limits.readAtLeast))
      if (until > now) loop.at(until, () => this.#stream.wakeAt(1))
    }
  }

  received(): void {
    const { outcome } = this.#around.notes
    const now = this.#around.loop.now()
    const item = this.#items[this.#place]
    if (item?.does === 'ask') {
      this.#answer(item)
    } else if (item?.does === 'stream') {
      // Where only the first plan is known, all bytes are its, and the end of the stream is its end.
      outcome.endNs[item.plan] = now
      this.#reads?.push(now, this.#stream.received)
    } else if (item !== undefined) this.#count(now)
    this.#wakeForNext()
  }

  #answer(item: WorkItem & { does: 'ask' }): void {
    for (; this.#stream.received >= (this.#answered + 1) * item.request; this.#answered += 1) this.#stream.send(item.response)
  }

  #count(now: number): void {
    const { outcome } = this.#around.notes
    for (let item = this.#items[this.#place]; item?.does === 'send' && this.#stream.received >= this.#before + item.bytes; item = this.#items[this.#place]) {
      outcome.endNs[item.plan] = now
      outcome.bytes[item.plan] = item.bytes
      this.#before += item.bytes
      this.#place += 1
    }
  }

  #wakeForNext(): void {
    const item = this.#items[this.#place]
    const { readAtLeast } = this.#around.limits
    if (item?.does === 'send') this.#stream.wakeAt(Math.min(readAtLeast, this.#before + item.bytes - this.#stream.received))
    else if (item?.does === 'stream' && this.#reads === undefined) this.#stream.wakeAt(readAtLeast)
  }

  ended(): void {
    this.#over({ orderly: true })
  }

  failed(error: Error): void {
    this.#over({ orderly: false, error })
  }

  /** Notes how it stands when traffic ends, and leaves it open. */
  cut(): void {
    if (this.#isOver) return
    this.#noteRest({ isCut: true })
    this.#around.notes.end(this.#number, this.#stream.info(), undefined)
  }

  #over({ orderly, error }: { orderly: boolean; error?: Error }): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#noteRest({ isCut: !orderly })
    this.#around.notes.end(this.#number, this.#stream.info(), error)
    this.#stream.close({ orderly })
    this.#around.over()
  }

  /** The bytes of an item that did not come to its end. */
  #noteRest({ isCut }: { isCut: boolean }): void {
    const { outcome } = this.#around.notes
    const item = this.#items[this.#place]
    if (item === undefined || item.does === 'ask') return
    outcome.bytes[item.plan] = this.#stream.received - this.#before
    if (isCut) outcome.endNs[item.plan] = Number.NaN
    if (this.#reads !== undefined) outcome.reads.push({ connection: this.#number, pairs: this.#reads })
  }

  close(): void {
    this.#stream.close({ orderly: false })
  }
}
