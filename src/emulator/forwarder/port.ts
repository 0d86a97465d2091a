import { createSocket, takeStamp, type Umem, type XskSocket } from '../../xsk/index.ts'
import type { Lapse } from '../telemetry/records.ts'
import type { FramePacket, FramePool } from './pool.ts'
import type { Recorder } from './recorder.ts'

/** Entries of each of a port's rings: what can come and go while the thread is held up, by V8 or by the kernel. */
export const ringSize = 4096

/** How many packets are taken from a ring at once: no port keeps the others waiting. */
const batch = 256

/** A port's ring of free frames is filled up when so many are missing. */
const refillAt = 64

/** What a call to send takes at most in copy mode: TX_BATCH_SIZE, net/xdp/xsk.c. */
const sentAtOnce = 32

/** What an interface has seen. What was received was sent, dropped, or is on its way. */
export interface PortStatistics {
  interface: string
  received: number
  receivedBytes: number
  sent: number
  sentBytes: number
  /** Frames whose destination address leads nowhere. */
  unroutable: number
  /** What the kernel says it could not hand over: the counts of the lapses of these names. */
  kernel: Record<(typeof kernelLapses)[number], number>
}

const kernelLapses = ['rx-dropped', 'rx-full', 'fill-empty'] as const satisfies readonly Lapse[]

/** One interface of the middle, its socket, and the frames that the kernel may receive into. */
export class Port implements Disposable {
  readonly segment: number
  readonly #name: string
  readonly #pool: FramePool
  readonly #recorder: Recorder
  readonly #socket: XskSocket
  /** Frames that the kernel may receive into: how many it has, and should have. */
  #posted = 0
  readonly #wanted: number
  /** What finds the tx ring full waits here, in order. */
  readonly #overflow: FramePacket[] = []
  /** Packets that were taken from the rx ring at once, and how many of them were handed over. */
  #batch = 0
  #handed = 0
  #nextAt = Infinity
  #isUnsent = false
  #isStarved = false
  #received = 0
  #receivedBytes = 0
  #sent = 0
  #sentBytes = 0
  #unroutable = 0
  #kernel: PortStatistics['kernel'] = { 'rx-dropped': 0, 'rx-full': 0, 'fill-empty': 0 }

  constructor(umem: Umem, place: { interface: string; segment: number; posted: number }, pool: FramePool, recorder: Recorder) {
    this.segment = place.segment
    this.#name = place.interface
    this.#pool = pool
    this.#recorder = recorder
    this.#wanted = Math.min(ringSize, place.posted)
    this.#socket = createSocket(umem, { interface: place.interface, rx: ringSize, tx: ringSize, mode: 'copy', stamped: true })
    this.refill()
  }

  /** When the packet came that `next` hands over, ns of CLOCK_MONOTONIC, or 0 if nobody knows; Infinity after the last. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** To wait for packets with. */
  get fd(): number {
    return this.#socket.fd.number
  }

  /** Takes what has come from the ring, to be handed over by `next`. Answers how many packets that are. */
  receive(): number {
    this.#handed = 0
    this.#batch = this.#socket.rx.peek(batch)
    return this.#batch
  }

  /** Finds out when the packet came that `next` hands over. */
  look(): void {
    this.#nextAt = this.#handed < this.#batch ? takeStamp(this.#pool.view, this.#socket.rx.address(this.#handed)) : Infinity
  }

  /** Hands over the next packet of those that were taken. */
  next(): FramePacket {
    const { rx } = this.#socket
    const start = rx.address(this.#handed)
    const packet = this.#pool.at(start)
    packet.start = start
    packet.size = rx.length(this.#handed)
    this.#receivedBytes += packet.size
    this.#handed += 1
    return packet
  }

  /** Gives the ring's entries back, when all was handed over. */
  release(): void {
    if (this.#batch === 0) return
    this.#socket.rx.release(this.#batch)
    this.#received += this.#batch
    this.#posted -= this.#batch
    this.#batch = 0
  }

  /** A packet that came here and goes nowhere. */
  discard(packet: FramePacket): void {
    this.#unroutable += 1
    this.#pool.give(packet)
  }

  /** Puts a packet where `flush` sends it from. */
  send(packet: FramePacket): void {
    this.#sent += 1
    this.#sentBytes += packet.size
    if (this.#overflow.length > 0 || !this.#socket.tx.push(packet.start, packet.size)) this.#overflow.push(packet)
  }

  /** Has the kernel send. Answers whether something is left that it could not send now. */
  flush(): boolean {
    const { tx } = this.#socket
    if (tx.pending > 0) tx.submit()
    else if (!this.#isUnsent) return false
    for (let tries = Math.ceil((tx.size - tx.free()) / sentAtOnce) + 1; tries > 0; tries -= 1) {
      if (!this.#socket.kickTx()) break
    }
    if (this.#overflow.length > 0) this.#sendOverflow()
    this.#isUnsent = tx.free() < tx.size
    return this.#isUnsent
  }

  #sendOverflow(): void {
    this.#recorder.lapse('tx-full', this.#overflow.length, this.segment)
    const { tx } = this.#socket
    const room = this.#overflow.splice(0, tx.free())
    for (const { start, size } of room) tx.push(start, size)
    tx.submit()
  }

  /** Takes back the frames of what was sent. */
  complete(): void {
    const { completion } = this.#socket
    for (;;) {
      const count = completion.peek(batch)
      if (count === 0) return
      for (let entry = 0; entry < count; entry += 1) this.#pool.give(this.#pool.at(completion.address(entry)))
      completion.release(count)
    }
  }

  /** Gives the kernel free frames to receive into. */
  refill(): void {
    const missing = this.#wanted - this.#posted
    if (missing < refillAt && this.#posted > 0) return
    const { fill } = this.#socket
    for (let left = missing; left > 0; left -= 1) {
      const packet = this.#pool.take()
      if (packet === undefined) break
      fill.push(packet.frame * this.#pool.frameSize)
    }
    this.#posted += fill.pending
    fill.submit()
    const isStarved = this.#posted === 0
    if (isStarved && !this.#isStarved) this.#recorder.lapse('no-frame', 1, this.segment)
    this.#isStarved = isStarved
  }

  /** Takes note of what the kernel says that it has dropped. */
  ask(): void {
    const { rx_dropped, rx_ring_full = 0, rx_fill_ring_empty_descs = 0 } = this.#socket.statistics()
    const now = { 'rx-dropped': rx_dropped, 'rx-full': rx_ring_full, 'fill-empty': rx_fill_ring_empty_descs }
    for (const kind of kernelLapses) {
      const more = now[kind] - this.#kernel[kind]
      if (more > 0) this.#recorder.lapse(kind, more, this.segment)
    }
    this.#kernel = now
  }

  get statistics(): PortStatistics {
    return {
      interface: this.#name,
      received: this.#received,
      receivedBytes: this.#receivedBytes,
      sent: this.#sent,
      sentBytes: this.#sentBytes,
      unroutable: this.#unroutable,
      kernel: { ...this.#kernel },
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}
