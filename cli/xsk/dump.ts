import { UsageError } from '../../src/errors/index.ts'
import type { WallTime } from '../../src/packets/index.ts'
import { Interrupted, interruption } from '../interrupted.ts'
import { namespaceNamed } from '../options/namespaces.ts'
import type { Output } from '../output/output.ts'
import { type Batches, Capture } from './capture.ts'
import { documentsTo, linesTo, noSink, type PacketSink, PcapSink } from './sinks.ts'
import { missedOf, sumMissed, Tally, type Totals, totalsText } from './totals.ts'

export interface DumpOptions {
  queue?: number
  netns?: string
  count?: number
  seconds?: number
  hex?: boolean
  write?: string
  snaplen: number
  watch?: boolean
  mode?: 'native' | 'generic'
  zeroCopy?: boolean
  quiet: boolean
}

/** Reads packets of an interface until it is to end, and says what there was. */
export async function dump(device: string, options: DumpOptions, output: Output): Promise<void> {
  checkTogether(options, output)
  using namespace = namespaceNamed(options.netns)
  using ended = interruption(output.unread)
  const { queue, mode, zeroCopy, seconds, write } = options
  using capture = new Capture({ device, namespace, queue, mode, zeroCopy })
  // Not before there is something to write.
  using sink = sinkOf(options, capture.sockets.length > 1, output)
  const told = write === '-' ? (line: string) => output.note(line) : (line: string) => output.print(line)
  output.note(`${describeCapture(device, capture)}: packets that are read here do not reach the kernel any more`)
  const counting = new Counting(sink, options.count ?? Infinity)
  const enough = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)]
  const start = performance.now()
  try {
    await capture.run(counting, AbortSignal.any([ended.signal, ...enough]))
  } finally {
    sink[Symbol.dispose]()
    const totals = totalsOf(device, capture, counting, (performance.now() - start) / 1000)
    output.document(options.watch === true ? { totals } : totals)
    for (const line of totalsText(totals)) told(line)
  }
  if (ended.signal.reason instanceof Interrupted) throw ended.signal.reason
}

function checkTogether({ write, hex, watch }: DumpOptions, output: Output): void {
  if (write !== undefined && (hex === true || watch === true)) {
    throw new UsageError(`--write is instead of printing packets, so that ${hex === true ? '--hex' : '--watch'} has nothing to say`)
  }
  if (watch === true && !output.json) throw new UsageError('--watch is for --json: lines for people come as the packets do')
  if (write !== '-') return
  if (output.json) throw new UsageError('--write - puts packets on stdout, where --json would put its document: name a file')
  if (process.stdout.isTTY) throw new UsageError('a pcap file is nothing for a terminal: name a file, or pipe it to a program')
}

function sinkOf({ write, snaplen, hex = false, watch = false, quiet }: DumpOptions, queues: boolean, output: Output): PacketSink & Disposable {
  const nothingToDo = { [Symbol.dispose]: () => undefined }
  if (write !== undefined) return new PcapSink(write, snaplen)
  if (output.json) return { ...(watch ? documentsTo(output, { hex, snaplen, queues }) : noSink), ...nothingToDo }
  return { ...(quiet ? noSink : linesTo(output, { hex, snaplen, queues })), ...nothingToDo }
}

function describeCapture(device: string, { sockets }: Capture): string {
  const queues = sockets.map(({ queue }) => queue)
  const which = queues.length === 1 ? `queue ${queues[0]}` : `queues ${queues[0]} to ${queues.at(-1)}`
  return `reading ${which} of ${device}${sockets.every(({ zeroCopy }) => zeroCopy) ? ' without copies' : ''}`
}

/** Counts packets on their way to a sink, and gives them the time at which they were read. */
class Counting implements Batches {
  readonly byQueue = new Map<number, Tally>()
  readonly all = new Tally()
  readonly #sink: PacketSink
  readonly #limit: number
  /** What is the same for all packets of a batch. */
  readonly #from = { time: { seconds: 0, nanoseconds: 0 }, queue: 0 }
  readonly #clock = new WallClock()
  #own = new Tally()
  #memory = Buffer.alloc(0)
  #view = new DataView(new ArrayBuffer(0))

  constructor(sink: PacketSink, limit: number) {
    this.#sink = sink
    this.#limit = limit
  }

  get wants(): boolean {
    return this.all.packets < this.#limit
  }

  begin(queue: number, { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): void {
    if (this.#view.buffer !== buffer) {
      this.#memory = Buffer.from(buffer, byteOffset, length)
      this.#view = new DataView(buffer, byteOffset, length)
    }
    this.#own = this.byQueue.get(queue) ?? new Tally()
    this.byQueue.set(queue, this.#own)
    this.#from.queue = queue
    this.#clock.read(this.#from.time)
  }

  take(at: number, length: number): void {
    this.all.add(this.#view, at, length)
    this.#own.packets += 1
    this.#own.bytes += length
    this.#sink.take(this.#memory, at, length, this.#from)
  }

  pause(): void {
    this.#sink.pause()
  }
}

/** The time of day: that at which it was made, and what has passed since. */
class WallClock {
  readonly #begun = process.hrtime()
  readonly #seconds: number
  readonly #nanoseconds: number

  constructor() {
    const ms = performance.timeOrigin + performance.now()
    this.#seconds = Math.floor(ms / 1000)
    this.#nanoseconds = Math.round((ms % 1000) * 1e6)
  }

  read(time: WallTime): void {
    const [seconds, nanoseconds] = process.hrtime(this.#begun)
    const sum = this.#nanoseconds + nanoseconds
    time.seconds = this.#seconds + seconds + Math.floor(sum / 1e9)
    time.nanoseconds = sum % 1e9
  }
}

function totalsOf(device: string, { sockets }: Capture, { all, byQueue }: Counting, seconds: number): Totals {
  const queues = sockets.map((socket) => {
    const { packets = 0, bytes = 0 } = byQueue.get(socket.queue) ?? {}
    return { queue: socket.queue, zeroCopy: socket.zeroCopy, packets, bytes, missed: missedOf(socket.statistics()) }
  })
  const { packets, bytes } = all
  return {
    interface: device,
    packets,
    bytes,
    seconds,
    packetsPerSecond: packets / seconds,
    bitsPerSecond: (8 * bytes) / seconds,
    protocols: all.protocols(),
    missed: sumMissed(queues.map(({ missed }) => missed)),
    queues,
  }
}
