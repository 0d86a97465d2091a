import { FlowHistory } from '../flow/history.ts'
import type { FlowView, MonitorSource, Snapshot, SocketQuery, SocketsView, SocketView, VariableView } from '../snapshot.ts'
import { selectSockets } from '../sockets/select.ts'
import { tableOfViews } from '../sockets/viewed.ts'
import type { Recording } from './recording.ts'

/** A recording as a source of snapshots: each look is the next one, and at the end the last one again. */
export class Replay implements MonitorSource {
  readonly recording: Recording
  /** The snapshot that was looked at last; -1 before the first. */
  #position = -1
  #rows: readonly SocketView[] = []
  readonly #flows = new Map<string, FlowHistory>()

  constructor(recording: Recording) {
    this.recording = recording
  }

  get position(): number {
    return this.#position
  }

  get length(): number {
    return this.recording.length
  }

  /** Makes the next look that of this snapshot. */
  seek(position: number): void {
    this.#position = Math.max(0, Math.min(this.length - 1, Math.trunc(position))) - 1
    this.#flows.clear()
  }

  look(query: SocketQuery = {}): Snapshot {
    const isOver = this.#position === this.length - 1
    if (!isOver) this.#position += 1
    const snapshot = this.recording.at(this.#position)
    this.#rows = snapshot.sockets.rows
    if (!isOver) this.#follow(snapshot)
    const selected = this.sockets(query)
    // Of those that fit when it was recorded only a part may have been kept.
    const sockets = { ...selected, total: snapshot.sockets.total }
    return { ...snapshot, sockets, events: isOver ? [] : snapshot.events }
  }

  sockets(query: SocketQuery): SocketsView {
    return selectSockets(tableOfViews(this.#rows), query)
  }

  /** They are not recorded. */
  variables(): VariableView[] {
    return []
  }

  /** One point a snapshot, from when it was first asked for: ACKs are not recorded. */
  flow(cookie: string): FlowView | undefined {
    const flow = this.#flows.get(cookie) ?? new FlowHistory(cookie)
    this.#flows.set(cookie, flow)
    return flow
  }

  #follow({ time, sockets }: Snapshot): void {
    if (this.#flows.size === 0) return
    for (const { cookie, cwnd, srttUs, deliveryRate, inFlight, ssthresh, pacingRate } of sockets.rows) {
      if (cwnd === null) continue
      const at = Date.parse(time)
      this.#flows
        .get(cookie)
        ?.add({ time: at, cwnd, ssthresh, srttUs: srttUs ?? 0, deliveryRate: deliveryRate ?? 0, pacingRate, inFlight: inFlight ?? 0 })
    }
  }

  [Symbol.dispose](): void {
    this.#flows.clear()
  }
}
