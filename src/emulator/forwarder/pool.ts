import type { Packet } from '../../link-model/index.ts'
import type { FrameFacts } from './frame.ts'

/** What is known of the frame in one place of the umem. There is one for each place, and it is used again and again. */
export class FramePacket implements Packet, FrameFacts {
  /** Which frame of the umem, from 0. */
  readonly frame: number
  /** Where in the umem the frame's first byte is. */
  start = 0
  /** The frame's bytes, from its Ethernet header on. */
  size = 0
  flow = 0
  ecn = 0
  isIp = false
  ipAt = 0
  // Doubles from the start: V8 would move every packet to another shape at its first time.
  queuedAt = Number.NaN
  leavesAt = Number.NaN
  /** When it came to the link that it is at, and its ECN field then. ns of CLOCK_MONOTONIC */
  arrivedAt = Number.NaN
  ecnArrived = 0
  /** What it found in the link's queue. */
  packetsAhead = 0
  bytesAhead = 0
  /** Who marked it at this link: a code of `markReasons`, 0 for nobody. */
  mark = 0
  /** The segment that it goes to, or `EVERYWHERE`. */
  target = 0

  constructor(frame: number) {
    this.frame = frame
  }
}

/** The frames of a umem: which are free, and the packet of each. */
export class FramePool {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly frameSize: number
  readonly #packets: FramePacket[]
  readonly #free: FramePacket[]

  constructor(bytes: Uint8Array, frameSize: number) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.frameSize = frameSize
    this.#packets = Array.from({ length: Math.floor(bytes.length / frameSize) }, (_, frame) => new FramePacket(frame))
    this.#free = this.#packets.toReversed()
  }

  get all(): number {
    return this.#packets.length
  }

  /** How many are free. */
  get free(): number {
    return this.#free.length
  }

  /** The packet of the frame that has this place of the umem in it. */
  at(address: number): FramePacket {
    const packet = this.#packets[Math.floor(address / this.frameSize)]
    if (packet === undefined) throw new RangeError(`the umem has no frame at ${address}`)
    return packet
  }

  take(): FramePacket | undefined {
    return this.#free.pop()
  }

  give(packet: FramePacket): void {
    this.#free.push(packet)
  }

  /** Another frame with the same bytes, or undefined when none is free. */
  copy(packet: FramePacket): FramePacket | undefined {
    const copy = this.#free.pop()
    if (copy === undefined) return undefined
    const base = copy.frame * this.frameSize
    const offset = packet.start - packet.frame * this.frameSize
    copy.start = base + offset
    this.bytes.copyWithin(copy.start, packet.start, packet.start + packet.size)
    copy.size = packet.size
    copy.flow = packet.flow
    copy.ecn = packet.ecn
    copy.isIp = packet.isIp
    copy.ipAt = packet.ipAt === 0 ? 0 : packet.ipAt - packet.start + copy.start
    copy.arrivedAt = packet.arrivedAt
    copy.ecnArrived = packet.ecnArrived
    copy.packetsAhead = packet.packetsAhead
    copy.bytesAhead = packet.bytesAhead
    copy.mark = packet.mark
    copy.target = packet.target
    return copy
  }
}
