import { UsageError } from '../../errors/index.ts'
import { littleEndian } from '../../kernel/index.ts'
import type { Decoder } from '../../streams/index.ts'
import { type Column, columnOf, type Field, Layout, type ValuesOf } from '../layout.ts'

/** ABI: struct ack of acks.bpf.c. */
const fields = [
  ['time', 0, 'u64'],
  ['cookie', 8, 'u64'],
  ['bytes_acked', 16, 'u64'],
  ['pacing_rate', 24, 'u64'],
  ['delivery_rate', 32, 'u64'],
  ['namespace', 40, 'u32'],
  ['ack_seq', 44, 'u32'],
  ['snd_una', 48, 'u32'],
  ['snd_nxt', 52, 'u32'],
  ['snd_wnd', 56, 'u32'],
  ['snd_cwnd', 60, 'u32'],
  ['snd_ssthresh', 64, 'u32'],
  ['srtt', 68, 'u32'],
  ['mdev', 72, 'u32'],
  ['min_rtt', 76, 'u32'],
  ['packets_out', 80, 'u32'],
  ['sacked_out', 84, 'u32'],
  ['lost_out', 88, 'u32'],
  ['retrans_out', 92, 'u32'],
  ['total_retrans', 96, 'u32'],
  ['delivered', 100, 'u32'],
  ['delivered_ce', 104, 'u32'],
  ['lost', 108, 'u32'],
  ['mss_cache', 112, 'u32'],
  ['skipped', 116, 'u32'],
  ['local_port', 120, 'u16'],
  ['remote_port', 122, 'u16'],
  ['tcp_flags', 124, 'u16'],
  ['ca_state', 126, 'u8'],
  ['rate_app_limited', 127, 'u8'],
] as const satisfies readonly Field[]

export type AckField = (typeof fields)[number][0]

/**
 * A connection as it was when a segment came in, before TCP looked at the segment; `ack_seq` and `tcp_flags` are the
 * segment's. The names of `struct tcp_sock`. `time` is ns of CLOCK_MONOTONIC, `srtt`, `mdev` and `min_rtt` µs, rates bytes
 * a second; `skipped` segments came in since the connection's last event and were left out.
 */
export type Ack = ValuesOf<(typeof fields)[number]>

export const ackLayout = new Layout('event of acks.bpf.o', fields)

/** Events in the order in which the program wrote them: field by field as arrays, or one by one as objects. */
export class AckBatch {
  readonly length: number
  /** Events that were lost since the batch before, since they found no room. */
  readonly lost: number
  readonly #view: DataView
  #places: Int32Array | undefined

  /** Use an `AckTrace`. */
  constructor(view: DataView, length: number, lost: number) {
    this.length = length
    this.lost = lost
    this.#view = view
  }

  /** One field of all events. Times are exact to 2 ns once a machine has run for 104 days. */
  column(name: AckField): Column {
    const field = ackLayout.field(name)
    if (field === undefined) throw new UsageError(`an event has no field "${name}"`)
    this.#places ??= Int32Array.from({ length: this.length }, (_, index) => index * ackLayout.size)
    return columnOf(this.#view, this.#places, field)
  }

  /** Whose event each is, as in a sample of sockets. */
  cookies(): BigUint64Array {
    return BigUint64Array.from({ length: this.length }, (_, index) => this.#view.getBigUint64(index * ackLayout.size + 8, littleEndian))
  }

  at(index: number): Ack {
    if (!(index >= 0 && index < this.length)) throw new UsageError(`event ${index} of a batch of ${this.length}`)
    return ackLayout.decode(this.#view, index * ackLayout.size, ackLayout.size)
  }
}

/** Copies events out of the ring buffer as they are, which takes less than to read them. */
export class AckCollector implements Decoder<void> {
  #words = new Uint32Array(1 << 12)
  #count = 0

  decode(view: DataView, at: number, length: number): void {
    ackLayout.demand(view, at, length)
    const size = ackLayout.size / 4
    const start = this.#count * size
    if (start + size > this.#words.length) this.#grow()
    const words = this.#words
    for (let word = 0; word < size; word += 1) words[start + word] = view.getUint32(at + 4 * word, littleEndian)
    this.#count += 1
  }

  /** What has been collected since it was last taken. */
  take(lost: number): AckBatch {
    const batch = new AckBatch(new DataView(this.#words.buffer), this.#count, lost)
    // The next batch may be as long.
    this.#words = new Uint32Array(Math.max(1 << 12, this.#count * (ackLayout.size / 4)))
    this.#count = 0
    return batch
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length)
    words.set(this.#words)
    this.#words = words
  }
}
