import type { Target } from '../../loader/index.ts'
import { type AckBatch, AckTrace } from '../../sockets/index.ts'
import { unlessRefused } from '../lack.ts'
import type { FlowView, Lack } from '../snapshot.ts'
import { FlowHistory } from './history.ts'

/** Nobody looks at more at a time. */
const mostFollowed = 8
// ABI: what stands for no threshold and no limit: TCP_INFINITE_SSTHRESH, net/tcp.h, and all ones.
const noSsthresh = 0x7fff_ffff
const noLimit = 2 ** 64

/** The ACKs of connections that are looked at. The kernel traces nothing before one is. */
export class Flows implements Disposable {
  readonly #target: Target
  readonly #lacks: Lack[]
  /** The one that was asked for longest ago comes first. */
  readonly #followed = new Map<string, FlowHistory>()
  #trace: AckTrace | undefined
  #isRefused = false

  constructor(target: Target, lacks: Lack[]) {
    this.#target = target
    this.#lacks = lacks
  }

  get(cookie: string): FlowView | undefined {
    const trace = this.#traced()
    if (trace === undefined || !/^\d{1,20}$/.test(cookie)) return undefined
    this.read()
    const flow = this.#followed.get(cookie) ?? new FlowHistory(cookie)
    if (!this.#followed.delete(cookie)) trace.follow([BigInt(cookie)])
    this.#followed.set(cookie, flow)
    for (const oldest of this.#followed.keys()) {
      if (this.#followed.size <= mostFollowed) break
      this.#followed.delete(oldest)
      trace.unfollow([BigInt(oldest)])
    }
    return flow
  }

  /** Takes what has come, so that there is room for more. */
  read(): void {
    if (this.#trace === undefined) return
    const batch = this.#trace.read()
    if (batch.lost > 0) for (const flow of this.#followed.values()) flow.dropped += batch.lost
    if (batch.length > 0) this.#add(batch)
  }

  #add(batch: AckBatch): void {
    const cookies = batch.cookies()
    const [time, cwnd, ssthresh, srtt] = [batch.column('time'), batch.column('snd_cwnd'), batch.column('snd_ssthresh'), batch.column('srtt')]
    const [delivery, pacing] = [batch.column('delivery_rate'), batch.column('pacing_rate')]
    const [out, sacked, lost, retrans] = [batch.column('packets_out'), batch.column('sacked_out'), batch.column('lost_out'), batch.column('retrans_out')]
    for (let row = 0; row < batch.length; row += 1) {
      this.#followed.get(String(cookies[row]))?.add({
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
