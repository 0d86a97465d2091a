import { type DropReason, type Fate, Link, type LinkChange, type LinkOptions, type MarkReason } from '../../link-model/index.ts'
import { EVERYWHERE, setEcn } from './frame.ts'
import type { FramePacket, FramePool } from './pool.ts'
import type { Place, Recorder } from './recorder.ts'

/** What has happened at one direction of a link. Packets that came are those that left, were dropped, or are there. */
export interface HopStatistics extends Place {
  /** Packets that came, and those that the link itself made. */
  arrived: number
  duplicated: number
  delivered: number
  deliveredBytes: number
  marked: number
  dropped: Record<DropReason, number>
  /** The longest queue that a packet has found. */
  longest: { packets: number; bytes: number }
  /** Packets that wait in the queue now, and their bytes. */
  queued: { packets: number; bytes: number }
  /** Packets that are there now: in the queue, on the link and in the delay line. */
  packets: number
}

/** What a hop hands packets to that have come to a segment which they go to. */
export type Exit = (packet: FramePacket, segment: number, at: number) => void

export interface HopOptions extends Place {
  options: LinkOptions
  seed: number
  origin: number
}

/** One direction of a link, and what comes after it. */
export class Hop implements Fate<FramePacket> {
  readonly place: Place
  readonly #to: number
  readonly #link: Link<FramePacket>
  readonly #next: Hop | undefined
  readonly #pool: FramePool
  readonly #recorder: Recorder
  readonly #exit: Exit
  readonly #dropped: Record<DropReason, number> = { loss: 0, policer: 0, limit: 0, red: 0, codel: 0, pie: 0 }
  readonly #longest = { packets: 0, bytes: 0 }
  #arrived = 0
  #duplicated = 0
  #delivered = 0
  #deliveredBytes = 0
  #marked = 0

  constructor(
    { link, direction, options, seed, origin }: HopOptions,
    world: { pool: FramePool; recorder: Recorder; exit: Exit; next: Hop | undefined },
  ) {
    this.place = { link, direction }
    this.#to = direction === 'right' ? link + 1 : link
    this.#link = new Link(options, seed, this, origin)
    this.#next = world.next
    this.#pool = world.pool
    this.#recorder = world.recorder
    this.#exit = world.exit
  }

  /** When it next delivers a packet, at the earliest. */
  get deliversNext(): number {
    return this.#link.deliversNext
  }

  advance(now: number): void {
    this.#link.advance(now)
  }

  set(change: LinkChange, now: number): void {
    this.#link.set(change, now)
  }

  enter(packet: FramePacket, at: number): void {
    this.#link.advance(at)
    const { packets, bytes } = this.#link.queued
    this.#arrived += 1
    packet.arrivedAt = at
    packet.ecnArrived = packet.ecn
    packet.mark = 0
    packet.packetsAhead = packets
    packet.bytesAhead = bytes
    if (packets > this.#longest.packets) this.#longest.packets = packets
    if (bytes > this.#longest.bytes) this.#longest.bytes = bytes
    this.#link.arrive(packet, at)
  }

  deliver(packet: FramePacket, at: number): void {
    this.#delivered += 1
    this.#deliveredBytes += packet.size
    this.#recorder.delivered(packet, this.place, at)
    const next = this.#next
    if (packet.target === this.#to || next === undefined) this.#exit(packet, this.#to, at)
    else {
      if (packet.target === EVERYWHERE) {
        const copy = this.#pool.copy(packet)
        if (copy === undefined) this.#recorder.lapse('no-frame', 1)
        else this.#exit(copy, this.#to, at)
      }
      next.enter(packet, at)
    }
  }

  drop(packet: FramePacket, reason: DropReason, at: number): void {
    this.#dropped[reason] += 1
    this.#recorder.dropped(packet, this.place, reason, at)
    this.#pool.give(packet)
  }

  mark(packet: FramePacket, reason: MarkReason): void {
    this.#marked += 1
    this.#recorder.marked(packet, reason)
    setEcn(this.#pool.view, packet.ipAt, packet.ecn)
  }

  copy(packet: FramePacket): FramePacket | undefined {
    const copy = this.#pool.copy(packet)
    if (copy === undefined) this.#recorder.lapse('no-frame', 1)
    else this.#duplicated += 1
    return copy
  }

  get statistics(): HopStatistics {
    return {
      ...this.place,
      arrived: this.#arrived,
      duplicated: this.#duplicated,
      delivered: this.#delivered,
      deliveredBytes: this.#deliveredBytes,
      marked: this.#marked,
      dropped: { ...this.#dropped },
      longest: { ...this.#longest },
      queued: this.#link.queued,
      packets: this.#link.packets,
    }
  }
}
