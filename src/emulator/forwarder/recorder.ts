import type { DropReason, MarkReason } from '../../link-model/index.ts'
import type { Direction } from '../plan.ts'
import type { TelemetryWriter } from '../telemetry/file.ts'
import { fates, type Lapse, lapses, markReasons } from '../telemetry/records.ts'
import type { FramePacket } from './pool.ts'

const mostLate = 0xffff_ffff

/** One direction of a link. */
export interface Place {
  link: number
  direction: Direction
}

/** Writes down what happens to packets, if somebody wants it, and on which occasions the emulator fell behind. */
export class Recorder {
  /** What time it is: no packet is noted later than this. */
  now = 0
  /** How often each happened, or what it amounts to. */
  readonly lapses: Record<Lapse, number> = { late: 0, 'fill-empty': 0, 'rx-full': 0, 'rx-dropped': 0, 'tx-full': 0, 'no-frame': 0 }
  readonly #telemetry: TelemetryWriter | undefined

  constructor(telemetry: TelemetryWriter | undefined) {
    this.#telemetry = telemetry
  }

  marked(packet: FramePacket, reason: MarkReason): void {
    packet.mark = markReasons.indexOf(reason)
  }

  delivered(packet: FramePacket, place: Place, at: number): void {
    if (this.#telemetry !== undefined) this.#note(packet, place, at, 0)
  }

  dropped(packet: FramePacket, place: Place, reason: DropReason, at: number): void {
    if (this.#telemetry !== undefined) this.#note(packet, place, at, fates.indexOf(reason))
  }

  lapse(kind: Lapse, amount: number, port = 0): void {
    this.lapses[kind] += kind === 'late' ? 1 : amount
    if (this.#telemetry === undefined) return
    const { columns } = this.#telemetry.lapses
    const row = this.#telemetry.lapses.next()
    columns.at[row] = this.now
    columns.amount[row] = amount
    columns.kind[row] = lapses.indexOf(kind)
    columns.port[row] = port
  }

  #note(packet: FramePacket, { link, direction }: Place, at: number, fate: number): void {
    const ring = this.#telemetry?.packets
    if (ring === undefined) return
    const row = ring.next()
    const { columns } = ring
    columns.arrivedAt[row] = packet.arrivedAt
    columns.leftAt[row] = at
    columns.late[row] = Math.min(mostLate, this.now - at)
    columns.packetsAhead[row] = packet.packetsAhead
    columns.bytesAhead[row] = packet.bytesAhead
    columns.flow[row] = packet.flow
    columns.size[row] = packet.size
    columns.link[row] = link
    columns.direction[row] = direction === 'right' ? 0 : 1
    columns.ecnArrived[row] = packet.ecnArrived
    columns.ecnLeft[row] = packet.ecn
    columns.mark[row] = packet.mark
    columns.fate[row] = fate
  }

  /** Lets readers see what was noted. */
  tell(): void {
    this.#telemetry?.tell()
  }
}
