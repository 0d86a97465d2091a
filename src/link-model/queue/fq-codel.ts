import { UsageError } from '../../errors/index.ts'
import type { Fate, Packet } from '../packet.ts'
import type { Random } from '../random.ts'
import { Ring } from '../ring.ts'
import { CodelControl, type CodelOptions, type Largest, noneSoFar } from './codel.ts'
import { Fifo } from './fifo.ts'
import type { Discipline, Limit } from './queue.ts'

export interface FqCodelOptions extends CodelOptions {
  limit: Limit
  /** How many queues flows are spread over. */
  queues?: number
  /** Bytes that a queue may send before it is another's turn. */
  quantum?: number
}

/** One of the queues. */
interface FlowQueue<P extends Packet> {
  readonly fifo: Fifo<P>
  readonly control: CodelControl<P>
  credit: number
  isActive: boolean
}

/** At most so many packets are dropped at once when there is no room. */
const dropBatch = 64

/**
 * Flow Queue CoDel: flows have queues of their own, each controlled by CoDel, and take turns by bytes; one that has just
 * begun to send comes first.
 *
 * @see RFC 8290, 4
 */
export class FqCodel<P extends Packet> implements Discipline<P> {
  readonly #fate: Fate<P>
  readonly #options: FqCodelOptions
  readonly #quantum: number
  readonly #queues: (FlowQueue<P> | undefined)[]
  /** Which flows share a queue differs from seed to seed. */
  readonly #salt: number
  readonly #largest: Largest = noneSoFar()
  readonly #new = new Ring<FlowQueue<P>>()
  readonly #old = new Ring<FlowQueue<P>>()
  #limit: Limit
  packets = 0
  bytes = 0

  constructor(options: FqCodelOptions, random: Random, fate: Fate<P>) {
    const { queues = 1024, quantum = 1514 } = options
    if (!(Number.isInteger(queues) && queues > 0)) throw new UsageError('FQ-CoDel wants one queue or more')
    if (!(quantum >= 1)) throw new UsageError('FQ-CoDel wants a quantum of one byte or more')
    this.#options = options
    this.#limit = options.limit
    this.#quantum = quantum
    this.#queues = Array.from({ length: queues })
    this.#salt = random.next()
    this.#fate = {
      deliver: (packet, at) => fate.deliver(packet, at),
      mark: (packet, reason, at) => fate.mark?.(packet, reason, at),
      drop: (packet, reason, at) => {
        this.#forget(packet)
        fate.drop(packet, reason, at)
      },
    }
  }

  setLimit(limit: Limit): void {
    this.#limit = limit
  }

  enqueue(packet: P, now: number): void {
    const queue = this.#queueOf(packet)
    this.packets += 1
    this.bytes += packet.size
    queue.fifo.push(packet, now)
    if (!queue.isActive) {
      queue.isActive = true
      queue.credit = this.#quantum
      this.#new.push(queue)
    }
    const { packets = Infinity, bytes = Infinity } = this.#limit
    if (this.packets > packets || this.bytes > bytes) this.#dropFromLongest(now)
  }

  dequeue(now: number): P | undefined {
    for (;;) {
      const isNew = this.#new.length > 0
      const list = isNew ? this.#new : this.#old
      const queue = list.first
      if (queue === undefined) return undefined
      if (queue.credit <= 0) {
        queue.credit += this.#quantum
        list.shift()
        this.#old.push(queue)
        continue
      }
      const packet = queue.control.dequeue(now)
      if (packet !== undefined) {
        queue.credit -= packet.size
        this.#forget(packet)
        return packet
      }
      list.shift()
      // A new queue that is empty waits for its turn among the old ones, or it could starve them.
      if (isNew && this.#old.length > 0) this.#old.push(queue)
      else queue.isActive = false
    }
  }

  #forget(packet: P): void {
    this.packets -= 1
    this.bytes -= packet.size
  }

  #queueOf({ flow }: P): FlowQueue<P> {
    let hash = Math.imul(flow ^ this.#salt, 0x85eb_ca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
    const index = ((hash ^ (hash >>> 16)) >>> 0) % this.#queues.length
    const known = this.#queues[index]
    if (known !== undefined) return known
    const fifo = new Fifo<P>()
    const control = new CodelControl(fifo, this.#largest, this.#options, this.#fate)
    const queue = { fifo, control, credit: 0, isActive: false }
    this.#queues[index] = queue
    return queue
  }

  /** Half of what the queue with the most bytes has, from its head, so that this need not be done for every packet. */
  #dropFromLongest(now: number): void {
    let longest: FlowQueue<P> | undefined
    for (const queue of this.#queues) if (queue !== undefined && queue.fifo.bytes > (longest?.fifo.bytes ?? 0)) longest = queue
    if (longest === undefined) return
    const enough = longest.fifo.bytes / 2
    for (let count = 0; count < dropBatch && longest.fifo.bytes > enough; count += 1) {
      const packet = longest.fifo.shift()
      if (packet !== undefined) this.#fate.drop(packet, 'limit', now)
    }
  }
}
