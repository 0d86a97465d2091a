import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Fd, LinuxTarget } from '../kernel/index.ts'
import { load, openObject, setVariable } from '../loader/index.ts'
import { type EventStream, openPerfBuffer } from '../streams/index.ts'
import { attachProgram, type Hook } from './attach-program.ts'
import { checkQueue, type Device, findDevice } from './device.ts'

const bpfObject = 'ccdk/xsk/copy.bpf.o'
/** The room for the packets of each CPU, bytes. */
const room = 4 << 20
// ABI: struct packet of copy.bpf.c.
const header = { time: 0, length: 8, kept: 12, queue: 16, size: 24 } as const
/** What a record of a perf buffer can hold of a packet: its u16 size counts headers too. */
const mostBytes = 65_000

export interface CopyOptions {
  interface: string | number
  namespace?: Fd
  hook?: Hook
  /** The most bytes of a packet that are copied. */
  snaplen?: number
  /** All if left out. */
  queue?: number
}

/** A packet that went on its way. */
export interface PacketCopy {
  /** When the driver had it: CLOCK_MONOTONIC, ns. */
  time: bigint
  /** Bytes that the packet has, of which `bytes` may be the first. */
  length: number
  queue: number
  bytes: Uint8Array<ArrayBuffer>
}

/**
 * Copies of the packets that an interface receives, which the kernel gets as ever. They come through a perf buffer, and
 * those of different CPUs are not in order. This is no AF_XDP, which takes packets away; it is for who only looks.
 */
export class PacketCopies implements Disposable {
  readonly device: Device
  readonly events: EventStream<Uint8Array<ArrayBuffer>>
  readonly #owned: DisposableStack

  constructor({ interface: wanted, namespace, hook, snaplen = mostBytes, queue }: CopyOptions) {
    using undo = new DisposableStack()
    this.device = findDevice(wanted, namespace)
    if (queue !== undefined) checkQueue(queue, this.device)
    const target = undo.use(new LinuxTarget())
    const file = fileURLToPath(import.meta.resolve(bpfObject))
    const object = openObject(readFileSync(file), file)
    setVariable(object, 'snaplen', Math.min(snaplen, mostBytes))
    setVariable(object, 'only_queue', BigInt(queue ?? -1))
    const loaded = undo.use(load(object, target))
    this.events = undo.use(openPerfBuffer<Uint8Array<ArrayBuffer>>(loaded, 'packets', { size: room }))
    undo.use(attachProgram(loaded, 'copy', this.device, { hook, what: `the program that copies packets of ${this.device.name}` }))
    this.#owned = undo.move()
  }

  /** Copies as they are there: at least one in each array. Ends when it is disposed of. */
  async *batches(): AsyncGenerator<PacketCopy[]> {
    for await (const batch of this.events.batches()) yield batch.map(packetOf)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

function packetOf(event: Uint8Array<ArrayBuffer>): PacketCopy {
  const view = new DataView(event.buffer, event.byteOffset, event.length)
  const kept = view.getUint32(header.kept, true)
  return {
    time: view.getBigUint64(header.time, true),
    length: view.getUint32(header.length, true),
    queue: Number(view.getBigUint64(header.queue, true)),
    // Records are filled up to a multiple of 8.
    bytes: event.subarray(header.size, header.size + kept),
  }
}
