import type { FlowView, Snapshot, SocketQuery, VariableView } from '../../../src/monitor/index.ts'
import { pointsAfter } from '../../../src/monitor/flow/history.ts'
import { madeFlow, MadeSource } from './made-source.ts'

/** A made machine on which something is different at each look, a quarter of a second apart. */
export class ChangingSource extends MadeSource {
  readonly #whole = madeFlow('')
  readonly #start = Date.parse('2026-11-21T18:40:12.000Z')

  override look(query: SocketQuery = {}): Snapshot {
    const at = this.#time(this.looks)
    const [first] = this.algorithms
    if (this.looks > 0) this.rows = this.rows.map((row, index) => ({ ...row, cwnd: 1 + (((row.cwnd ?? 0) + index) % 500) }))
    if (this.looks > 0 && first !== undefined) this.algorithms = [{ ...first, callsPerSecond: 1000 * (1 + (this.looks % 7)), refcnt: 13 + this.looks }, ...this.algorithms.slice(1)]
    this.events.push({ at, kind: 'refcnt', mapId: 41, name: 'bpf_cubic', text: `refcnt ${12 + this.looks} → ${13 + this.looks}` })
    if (this.looks % 8 === 7) this.events.push({ at, kind: 'swapped', mapId: 41, name: 'bpf_cubic', text: `look ${this.looks}` })
    return { ...super.look(query), time: at }
  }

  override variables(mapId: number): VariableView[] {
    return super.variables(mapId).map((one) => (one.name === 'losses' ? { ...one, value: String(100 * this.looks) } : one))
  }

  /** Its ACKs so far. */
  override flow(cookie: string): FlowView {
    const until = (this.#whole.time[0] ?? 0) + 250 * this.looks
    const later = pointsAfter(this.#whole, until).time.length
    const count = this.#whole.time.length - later
    const { time, cwnd, ssthresh, srttUs, deliveryRate, pacingRate, inFlight } = this.#whole
    const [times, windows, thresholds, trips] = [time.slice(0, count), cwnd.slice(0, count), ssthresh.slice(0, count), srttUs.slice(0, count)]
    return { cookie, now: until, time: times, cwnd: windows, ssthresh: thresholds, srttUs: trips, deliveryRate: deliveryRate.slice(0, count), pacingRate: pacingRate.slice(0, count), inFlight: inFlight.slice(0, count), dropped: 0 }
  }

  #time(look: number): string {
    return new Date(this.#start + 250 * look).toISOString()
  }
}
