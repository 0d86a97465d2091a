import { UsageError } from '../../src/errors/index.ts'
import { largestSnaplen, type WallTime } from '../../src/packets/index.ts'
import { Interrupted, interruption } from '../interrupted.ts'
import { namespaceNamed } from '../options/namespaces.ts'
import type { Output } from '../output/output.ts'
import { type Batches, Capture, type Origin } from './capture.ts'
import { Copies } from './copies.ts'
import { documentsTo, linesTo, noSink, type PacketSink, PcapSink } from './sinks.ts'
import { Tally, type Totals, totalsText } from './totals.ts'

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
  pass?: boolean
  quiet: boolean
}

/** Reads packets of an interface until it is to end, and says what there was. */
export async function dump(device: string, options: DumpOptions, output: Output): Promise<void> {
  checkTogether(options, output)
  using namespace = namespaceNamed(options.netns)
  using ended = interruption(output.unread)
  const { queue, mode, zeroCopy, seconds, write } = options
  const place = { device, namespace, queue, mode }
  const kept = write === undefined ? largestSnaplen : options.snaplen
  using origin = options.pass === true ? new Copies({ ...place, snaplen: kept }) : new Capture({ ...place, zeroCopy })
  // Not before there is something to write.
  using sink = sinkOf(options, origin.manyQueues, output)
  const told = write === '-' ? (line: string) => output.note(line) : (line: string) => output.print(line)
  output.note(origin.what)
  const counting = new Counting(sink, options.count ?? Infinity, output)
  const enough = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)]
  const start = performance.now()
  try {
    await origin.run(counting, AbortSignal.any([ended.signal, ...enough]))
  } finally {
    sink[Symbol.dispose]()
    const totals = totalsOf(device, origin, counting, (performance.now() - start) / 1000)
    output.document(options.watch === true ? { totals } : totals)
    for (const line of totalsText(totals)) told(line)
  }
  if (ended.signal.reason instanceof Interrupted) throw ended.signal.reason
}

function checkTogether({ write, hex, watch, pass, zeroCopy }: DumpOptions, output: Output): void {
  if (write !== undefined && (hex === true || watch === true)) {
    throw new UsageError(`--write is instead of printing packets, so that ${hex === true ? '--hex' : '--watch'} has nothing to say`)
  }
  if (pass === true && zeroCopy === true) throw new UsageError('--pass makes copies, so that --zero-copy cannot be')
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

/** Counts packets on their way to a sink, and gives them the time at which they were read. */
class Counting implements Batches {
  readonly byQueue = new Map<number, Tally>()
  readonly all = new Tally()
  readonly #sink: PacketSink
  readonly #limit: number
  readonly #output: Output
  /** What is the same for all packets of a batch. */
  readonly #from = { time: { seconds: 0, nanoseconds: 0 }, queue: 0, kept: 0 }
  readonly #clock = new WallClock()
  #own = new Tally()
  #memory = Buffer.alloc(0)
  #view = new DataView(new ArrayBuffer(0))

  constructor(sink: PacketSink, limit: number, output: Output) {
    this.#sink = sink
    this.#limit = limit
    this.#output = output
  }

  get wants(): boolean {
    return this.all.packets < this.#limit
  }

  begin(queue: number, { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>, time = process.hrtime.bigint()): void {
    if (this.#view.buffer !== buffer || this.#view.byteOffset !== byteOffset) {
      this.#memory = Buffer.from(buffer, byteOffset, length)
      this.#view = new DataView(buffer, byteOffset, length)
    }
    this.#own = this.byQueue.get(queue) ?? new Tally()
    this.byQueue.set(queue, this.#own)
    this.#from.queue = queue
    this.#clock.put(time, this.#from.time)
  }

  take(at: number, length: number, kept: number): void {
    this.#from.kept = kept
    this.all.add(this.#view, at, length, kept)
    this.#own.packets += 1
    this.#own.bytes += length
    this.#sink.take(this.#memory, at, length, this.#from)
  }

  pause(): void {
    this.#sink.pause()
  }

  drained(signal: AbortSignal): Promise<void> {
    return this.#output.drained(signal)
  }
}

/** Turns times of CLOCK_MONOTONIC into times of day, by how far they were from each other when it was made. */
class WallClock {
  readonly #offset = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n - process.hrtime.bigint()

  put(monotonic: bigint, time: WallTime): void {
    const sum = monotonic + this.#offset
    time.seconds = Number(sum / 1_000_000_000n)
    time.nanoseconds = Number(sum % 1_000_000_000n)
  }
}

function totalsOf(device: string, origin: Origin, { all, byQueue }: Counting, seconds: number): Totals {
  const known = new Map(origin.queues().map((facts) => [facts.queue, facts]))
  const numbers = [...new Set([...known.keys(), ...byQueue.keys()])].toSorted((left, right) => left - right)
  const queues = numbers.map((queue) => {
    const { packets = 0, bytes = 0 } = byQueue.get(queue) ?? {}
    return { queue, packets, bytes, ...known.get(queue) }
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
    missed: origin.missed(),
    queues,
  }
}
