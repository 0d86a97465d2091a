import type { Target } from '../../loader/index.ts'
import { type AckBatch, AckTrace } from '../../sockets/index.ts'
import { unlessRefused } from '../lack.ts'
import type { FlowView, Lack } from '../snapshot.ts'
import { FlowHistory } from './history.ts'

/** Nobody looks at more at a time. */
const mostFollowed = 8
/** Who comes back within it finds all ACKs; afterwards the kernel traces what nobody looks at no longer. */
const mostIdleMs = 60_000
// ABI: what stands for no threshold and no limit: TCP_INFINITE_SSTHRESH, net/tcp.h, and all ones.
const noSsthresh = 0x7fff_ffff
const noLimit = 2 ** 64

interface Followed {
  flow: FlowHistory
  /** The time of the first look since it was asked for. */
  idleSince: number | undefined
}

/** The ACKs of connections that are looked at. The kernel traces nothing before one is, and some time after the last one was. */
export class Flows implements Disposable {
  readonly #target: Target
  readonly #lacks: Lack[]
  /** The one that was asked for longest ago comes first. */
  readonly #followed = new Map<string, Followed>()
  #trace: AckTrace | undefined
  #isRefused = false

  constructor(target: Target, lacks: Lack[]) {
    this.#target = target
    this.#lacks = lacks
  }

  get(cookie: string): FlowView | undefined {
    const trace = /^\d{1,20}$/.test(cookie) ? this.#traced() : undefined
    if (trace === undefined) return undefined
    this.#read()
    const { flow } = this.#followed.get(cookie) ?? { flow: new FlowHistory(cookie) }
    // The clock of what programs stamp: CLOCK_MONOTONIC.
    flow.now = Number(process.hrtime.bigint()) / 1e6
    if (!this.#followed.delete(cookie)) trace.follow([BigInt(cookie)])
    this.#followed.set(cookie, { flow, idleSince: undefined })
    const [oldest] = this.#followed.keys()
    if (oldest !== undefined && this.#followed.size > mostFollowed) this.#unfollow(oldest)
    return flow
  }

  /** Takes what has come, so that there is room for more. `now`: ms of any clock. */
  look(now: number): void {
    this.#read()
    for (const [cookie, followed] of this.#followed) {
      followed.idleSince ??= now
      if (now - followed.idleSince > mostIdleMs) this.#unfollow(cookie)
    }
    if (this.#followed.size > 0) return
    this.#trace?.[Symbol.dispose]()
    this.#trace = undefined
  }

  #unfollow(cookie: string): void {
    this.#followed.delete(cookie)
    this.#trace?.unfollow([BigInt(cookie)])
  }

  #read(): void {
    if (this.#trace === undefined) return
    const batch = this.#trace.read()
    if (batch.lost > 0) for (const { flow } of this.#followed.values()) flow.dropped += batch.lost
    if (batch.length > 0) this.#add(batch)
  }

  #add(batch: AckBatch): void {
    const cookies = batch.cookies()
    const [time, cwnd, ssthresh, srtt] = [batch.column('time'), batch.column('snd_cwnd'), batch.column('snd_ssthresh'), batch.column('srtt')]
    const [delivery, pacing] = [batch.column('delivery_rate'), batch.column('pacing_rate')]
    const [out, sacked, lost, retrans] = [batch.column('packets_out'), batch.column('sacked_out'), batch.column('lost_out'), batch.column('retrans_out')]
    for (let row = 0; row < batch.length; row += 1) {
      this.#followed.get(String(cookies[row]))?.flow.add({
        time: (time[row] ?? 0) / 1e6,
        cwnd: cwnd[row] ?? 0,
        ssthresh: unless(noSsthresh, ssthresh[row]),
        srttUs: srtt[row] ?? 0,
        deliveryRate: delivery[row] ?? 0,
        pacingRate: unless(noLimit, pacing[row]),
        inFlight: (out[row] ?? 0) - (sacked[row] ?? 0) - (lost[row] ?? 0) + (retrans[row] ?? 0),
      })
    }
  }

  #traced(): AckTrace | undefined {
    if (this.#trace === undefined && !this.#isRefused) {
      this.#trace = unlessRefused(this.#lacks, 'connections at their ACKs', () => new AckTrace(this.#target, { cookies: [] }))
      this.#isRefused = this.#trace === undefined
    }
    return this.#trace
  }

  [Symbol.dispose](): void {
    this.#trace?.[Symbol.dispose]()
  }
}

const unless = (none: number, value = 0): number | null => (value === none ? null : value)
