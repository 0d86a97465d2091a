import type { FlowView } from '../snapshot.ts'

/** A connection at one moment. */
export interface FlowPoint {
  time: number
  cwnd: number
  ssthresh: number | null
  srttUs: number
  deliveryRate: number
  pacingRate: number | null
  inFlight: number
}

/** At 1,000 ACKs a second the last 20 seconds. */
const most = 20_000

/** Points of one connection, of which the oldest are forgotten. */
export class FlowHistory implements FlowView {
  readonly cookie: string
  now = 0
  readonly time: number[] = []
  readonly cwnd: number[] = []
  readonly ssthresh: (number | null)[] = []
  readonly srttUs: number[] = []
  readonly deliveryRate: number[] = []
  readonly pacingRate: (number | null)[] = []
  readonly inFlight: number[] = []
  dropped = 0

  constructor(cookie: string) {
    this.cookie = cookie
  }

  add({ time, cwnd, ssthresh, srttUs, deliveryRate, pacingRate, inFlight }: FlowPoint): void {
    this.time.push(time)
    this.cwnd.push(cwnd)
    this.ssthresh.push(ssthresh)
    this.srttUs.push(srttUs)
    this.deliveryRate.push(deliveryRate)
    this.pacingRate.push(pacingRate)
    this.inFlight.push(inFlight)
    // Seldom, since all that stay are moved.
    if (this.time.length > 1.25 * most) this.#forget(this.time.length - most)
  }

  /** All points of another one, which came later. */
  append({ time, cwnd, ssthresh, srttUs, deliveryRate, pacingRate, inFlight, dropped, now }: FlowView): void {
    for (const [row, at] of time.entries()) {
      this.add({
        time: at,
        cwnd: cwnd[row] ?? 0,
        ssthresh: ssthresh[row] ?? null,
        srttUs: srttUs[row] ?? 0,
        deliveryRate: deliveryRate[row] ?? 0,
        pacingRate: pacingRate[row] ?? null,
        inFlight: inFlight[row] ?? 0,
      })
    }
    this.now = Math.max(this.now, now)
    this.dropped = dropped
  }

  #forget(points: number): void {
    for (const column of [this.time, this.cwnd, this.ssthresh, this.srttUs, this.deliveryRate, this.pacingRate, this.inFlight]) column.splice(0, points)
  }
}

/** The points of a flow that came after a time. */
export function pointsAfter(flow: FlowView, time: number): FlowView {
  const found = flow.time.findLastIndex((at) => at <= time) + 1
  const { cookie, now, dropped } = flow
  return {
    cookie,
    now,
    time: flow.time.slice(found),
    cwnd: flow.cwnd.slice(found),
    ssthresh: flow.ssthresh.slice(found),
    srttUs: flow.srttUs.slice(found),
    deliveryRate: flow.deliveryRate.slice(found),
    pacingRate: flow.pacingRate.slice(found),
    inFlight: flow.inFlight.slice(found),
    dropped,
  }
}
