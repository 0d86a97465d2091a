import { type Protocol, protocolOf, protocols } from '../../src/packets/index.ts'
import type { XdpStatistics } from '../../src/xsk/index.ts'
import { bitRate, byteCount, count, grouped } from '../output/units.ts'

interface Counted {
  packets: number
  bytes: number
}

/** Counts packets by what they carry, without allocating anything for them. */
export class Tally {
  readonly #byProtocol = new Map<Protocol, Counted>()
  packets = 0
  bytes = 0

  add(memory: DataView, at: number, length: number, kept: number): void {
    this.packets += 1
    this.bytes += length
    const protocol = protocolOf(memory, at, at + kept)
    const counted = this.#byProtocol.get(protocol)
    if (counted === undefined) this.#byProtocol.set(protocol, { packets: 1, bytes: length })
    else {
      counted.packets += 1
      counted.bytes += length
    }
  }

  /** Those that there were. */
  protocols(): Partial<Record<Protocol, Counted>> {
    return Object.fromEntries(
      protocols.flatMap((protocol) => {
        const counted = this.#byProtocol.get(protocol)
        return counted === undefined ? [] : [[protocol, counted]]
      }),
    )
  }
}

/** Packets that came and were not read, because there was no room for them. */
export interface Missed {
  /** The ring of packets was full: ccdk did not read fast enough. */
  ringFull: number
  /** There was no free memory for them. */
  noFrame: number
  /** For other reasons, such as being too large. */
  other: number
}

/** In copy mode the kernel counts a packet that finds no frame among the dropped ones too (net/xdp/xsk.c, xsk_rcv). */
export function missedOf({ rx_ring_full: ringFull = 0, rx_fill_ring_empty_descs: empty = 0, rx_dropped: dropped }: XdpStatistics): Missed {
  const noFrame = Math.min(empty, dropped)
  return { ringFull, noFrame, other: dropped - noFrame }
}

export interface QueueFacts {
  queue: number
  zeroCopy: boolean
  missed: Missed
}

export interface Totals extends Counted {
  interface: string
  seconds: number
  packetsPerSecond: number
  bitsPerSecond: number
  protocols: Partial<Record<Protocol, Counted>>
  missed: Missed
  queues: ({ queue: number } & Counted & Partial<QueueFacts>)[]
}

export const sumMissed = (all: readonly Missed[]): Missed => ({
  ringFull: all.reduce((sum, { ringFull }) => sum + ringFull, 0),
  noFrame: all.reduce((sum, { noFrame }) => sum + noFrame, 0),
  other: all.reduce((sum, { other }) => sum + other, 0),
})

const missedTotal = ({ ringFull, noFrame, other }: Missed): number => ringFull + noFrame + other

/** The totals as lines for people. */
export function totalsText(totals: Totals): string[] {
  const { packets, bytes, seconds, packetsPerSecond, bitsPerSecond, queues, missed } = totals
  const rate = packets === 0 ? '' : `: ${grouped(Math.round(packetsPerSecond))} packets/s, ${bitRate(bitsPerSecond)}`
  const kinds = Object.entries(totals.protocols).map(([name, { packets: of }]) => `${name} ${grouped(of)}`)
  return [
    `${count(packets, 'packet')}, ${byteCount(bytes)} in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s${rate}`,
    ...(kinds.length === 0 ? [] : [kinds.join(', ')]),
    missedText(missed),
    ...(queues.length <= 1 ? [] : queues.map(({ queue, packets: of, missed: not }) => `queue ${queue}: ${count(of, 'packet')}${not === undefined ? '' : `, ${grouped(missedTotal(not))} missed`}`)),
  ]
}

function missedText(missed: Missed): string {
  const { ringFull, noFrame, other } = missed
  const reasons = [
    ...(ringFull > 0 ? [`${grouped(ringFull)} because the ring was full`] : []),
    ...(noFrame > 0 ? [`${grouped(noFrame)} for want of free frames`] : []),
    ...(other > 0 ? [`${grouped(other)} dropped`] : []),
  ]
  return reasons.length === 0 ? 'none missed' : `${count(missedTotal(missed), 'packet')} missed: ${reasons.join(', ')}`
}
