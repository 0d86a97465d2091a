import { fates, type PacketBatch, type Path, tcpFlowHash } from '../../emulator/index.ts'
import { parseAddress } from '../../kernel/index.ts'
import { nominalRate } from '../../link-model/index.ts'
import type { Connection } from '../traffic/connections.ts'
import { senderOf } from '../traffic/connections.ts'
import type { QueueColumns } from '../trial.ts'
import type { ArmPackets } from './raw.ts'

/** What a bucket of the record stands for, ns. */
const bucketNs = 10e6
// ABI: Congestion Experienced, RFC 3168, 5.
const ce = 3
const delivered = fates.indexOf('delivered')
const packetsAtOnce = 1 << 16

export type QueuePath = Pick<Path, 'clients' | 'servers' | 'links' | 'telemetry'>

/** One of the queues of a path: the direction's slowest link. */
interface Place {
  link: number
  direction: 'right' | 'left'
}

interface ArmCount {
  packets: number
  drops: number
  marks: number
  delays: Delays
}

/** The queue while packets of `bucketNs` came. */
interface Bucket {
  /** The longest that one of them found. */
  packets: number
  bytes: number
  /** Of those that were delivered, all together. */
  delay: number
  delivered: number
  drops: number
  marks: number
}

/** Condenses what the emulator tells of single packets: the bottleneck's queue over time, and each arm's packets. */
export class QueueRecord {
  readonly #path: QueuePath
  readonly #begun: number
  readonly #bottleneck: Place
  readonly #arms = new Map<string, ArmCount>()
  /** By the hash of the connections' packets that carry data, of each direction. */
  readonly #byFlow = { right: new Map<number, ArmCount>(), left: new Map<number, ArmCount>() }
  readonly #buckets: Bucket[] = []
  #unread = 0

  constructor(path: QueuePath, { connections, begun }: { connections: readonly Connection[]; begun: bigint }) {
    this.#path = path
    this.#begun = Number(begun)
    const addresses = new Map<string, Uint8Array>()
    for (const connection of connections) {
      const direction = directionOf(connection)
      const arm = this.#armOf(connection.arm)
      this.#byFlow[direction].set(hashOf(connection, path, addresses), arm)
    }
    this.#bottleneck = bottleneckOf(path, connections)
    // What went before is not this traffic's.
    while ((path.telemetry?.packets(packetsAtOnce).count ?? 0) > 0);
  }

  /** Takes what has come since the last time. */
  take(): void {
    const { telemetry } = this.#path
    if (telemetry === undefined) return
    for (;;) {
      const batch = telemetry.packets(packetsAtOnce)
      this.#unread += batch.lost
      this.#count(batch)
      if (batch.count < packetsAtOnce) return
    }
  }

  get unread(): number {
    return this.#unread
  }

  columns(): QueueColumns {
    const buckets = this.#buckets
    return {
      timeNs: Float64Array.from(buckets, (_, index) => index * bucketNs),
      packets: Uint32Array.from(buckets, ({ packets }) => packets),
      bytes: Float64Array.from(buckets, ({ bytes }) => bytes),
      delayNs: Float64Array.from(buckets, (one) => (one.delivered === 0 ? 0 : one.delay / one.delivered)),
      drops: Uint32Array.from(buckets, ({ drops }) => drops),
      marks: Uint32Array.from(buckets, ({ marks }) => marks),
    }
  }

  packets(): Map<string, ArmPackets> {
    return new Map([...this.#arms].map(([name, { delays, ...counts }]) => [name, { ...counts, delays: delays.sorted() }]))
  }

  #armOf(name: string): ArmCount {
    const known = this.#arms.get(name)
    if (known !== undefined) return known
    const made = { packets: 0, drops: 0, marks: 0, delays: new Delays() }
    this.#arms.set(name, made)
    return made
  }

  #count({ count, columns }: PacketBatch): void {
    const { link: bottleneck, direction } = this.#bottleneck
    const waiting = { right: this.#waitingAt('right'), left: this.#waitingAt('left') }
    const first = { right: 0, left: this.#path.links.length - 1 }
    for (let row = 0; row < count; row += 1) {
      const link = columns.link[row] ?? 0
      const way = columns.direction[row] === 0 ? 'right' : 'left'
      const arm = this.#byFlow[way].get(columns.flow[row] ?? 0)
      const isDrop = columns.fate[row] !== delivered
      const isMark = columns.ecnLeft[row] === ce && columns.ecnArrived[row] !== ce
      const isBottleneck = link === waiting[way].link
      const [arrivedAt = 0, leftAt = 0, size = 0] = [columns.arrivedAt[row], columns.leftAt[row], columns.size[row]]
      const delay = isBottleneck && !isDrop ? waiting[way].of(leftAt - arrivedAt, size) : 0
      if (arm !== undefined) {
        if (link === first[way]) arm.packets += 1
        if (isDrop) arm.drops += 1
        if (isMark) arm.marks += 1
        if (isBottleneck && !isDrop) arm.delays.push(delay)
      }
      if (link !== bottleneck || way !== direction) continue
      const bucket = this.#bucketAt(arrivedAt - this.#begun)
      if (bucket === undefined) continue
      bucket.packets = Math.max(bucket.packets, columns.packetsAhead[row] ?? 0)
      bucket.bytes = Math.max(bucket.bytes, columns.bytesAhead[row] ?? 0)
      bucket.delay += delay
      bucket.delivered += isDrop ? 0 : 1
      bucket.drops += isDrop ? 1 : 0
      bucket.marks += isMark ? 1 : 0
    }
  }

  #bucketAt(time: number): Bucket | undefined {
    if (time < 0) return undefined
    const place = Math.floor(time / bucketNs)
    while (this.#buckets.length <= place) this.#buckets.push({ packets: 0, bytes: 0, delay: 0, delivered: 0, drops: 0, marks: 0 })
    return this.#buckets[place]
  }

  /** What a packet's time at the slowest link of a direction was besides its propagation and its own time on the link. */
  #waitingAt(direction: Place['direction']): { link: number; of: (time: number, size: number) => number } {
    const link = slowest(this.#path, direction)
    const options = this.#path.links[link]?.[direction]
    const { delay = 0, rate } = options ?? {}
    const nsPerByte = rate?.kind === 'constant' ? 8e9 / rate.rate : 0
    return { link, of: (time, size) => Math.max(0, time - delay - size * nsPerByte) }
  }
}

const directionOf = (connection: Connection): Place['direction'] => (senderOf(connection) === 'clients' ? 'right' : 'left')

function slowest({ links }: Pick<QueuePath, 'links'>, direction: Place['direction']): number {
  const rates = links.map((link) => nominalRate(link[direction].rate))
  return Math.max(0, rates.indexOf(Math.min(...rates)))
}

/** That of the direction in which most connections send. */
function bottleneckOf(path: QueuePath, connections: readonly Connection[]): Place {
  const right = connections.filter((connection) => directionOf(connection) === 'right').length
  const direction = 2 * right >= connections.length ? 'right' : 'left'
  return { link: slowest(path, direction), direction }
}

/** Of the packets from the end that sends the data. */
function hashOf(connection: Connection, path: QueuePath, addresses: Map<string, Uint8Array>): number {
  const { from, to, family, port, listenerPort } = connection
  const addressOf = ({ end, host }: Connection['from']): Uint8Array => {
    const text = path[end][host]?.addresses[0]?.[family] ?? '::'
    const known = addresses.get(text) ?? parseAddress(text)
    addresses.set(text, known)
    return known
  }
  const connecting = { address: addressOf(from), port }
  const accepting = { address: addressOf(to), port: listenerPort }
  return from.end === senderOf(connection) ? tcpFlowHash(connecting, accepting) : tcpFlowHash(accepting, connecting)
}

/** As many numbers as come. */
class Delays {
  #values = new Float64Array(1 << 12)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const values = new Float64Array(2 * this.#length)
      values.set(this.#values)
      this.#values = values
    }
    this.#values[this.#length] = value
    this.#length += 1
  }

  sorted(): Float64Array {
    return this.#values.subarray(0, this.#length).toSorted()
  }
}
