import { FlowHistory } from '../flow/history.ts'
import type { FlowView, MonitorSource, Snapshot, SocketQuery, SocketsView, SocketView, VariableView } from '../snapshot.ts'
import { selectSockets } from '../sockets/select.ts'
import { tableOfViews } from '../sockets/viewed.ts'
import type { Past, Recording } from './recording.ts'

/** A connection without ACKs in the recording has a point for each of so many snapshots. */
const mostSampled = 300

/** What was gathered of a connection up to a snapshot. */
interface Gathered {
  flow: FlowHistory
  upTo: number
  /** Whether its ACKs were asked for. */
  isTraced: boolean
}

/** A recording as a source of snapshots: each look is the next one, and at the end the last one again. */
export class Replay implements MonitorSource {
  readonly recording: Recording
  /** The snapshot that was looked at last; -1 before the first. */
  #position = -1
  #rows: readonly SocketView[] = []
  readonly #acks = new Map<string, Gathered>()
  readonly #samples = new Map<string, Gathered>()

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
  }

  look(query: SocketQuery = {}): Snapshot {
    const isOver = this.#position === this.length - 1
    if (!isOver) this.#position += 1
    const snapshot = this.recording.at(this.#position)
    this.#rows = snapshot.sockets.rows
    const selected = this.sockets(query)
    // Of those that fit when it was recorded only a part may have been kept.
    const sockets = { ...selected, total: snapshot.sockets.total }
    return { ...snapshot, sockets, events: isOver ? [] : snapshot.events }
  }

  sockets(query: SocketQuery): SocketsView {
    return selectSockets(tableOfViews(this.#rows), query)
  }

  /** Those of an algorithm that was looked at when this was recorded. */
  variables(mapId: number): VariableView[] {
    if (this.past(this.#position) === null) return []
    const found = this.recording.looked(this.#position).variables.find((one) => one.mapId === mapId)
    return [...(found?.values ?? [])]
  }

  /** A connection at its ACKs when it was looked at while this was recorded; any other has a point a snapshot. */
  flow(cookie: string): FlowView {
    const acks = gathered(this.#acks, cookie, this.#position, 0)
    for (; acks.upTo < this.#position; acks.upTo += 1) {
      const at = acks.upTo + 1
      if (this.past(at)?.flows.includes(cookie) !== true) continue
      acks.isTraced = true
      for (const flow of this.recording.looked(at).flows) if (flow.cookie === cookie) acks.flow.append(flow)
    }
    return acks.isTraced ? acks.flow : this.#sampled(cookie)
  }

  /** What is remembered of a snapshot; null for one that cannot be read. */
  past(index: number): Past | null {
    return index < 0 || index >= this.length ? null : this.recording.past(index)
  }

  #sampled(cookie: string): FlowView {
    const first = Math.max(0, this.#position + 1 - mostSampled)
    const samples = gathered(this.#samples, cookie, this.#position, first)
    for (; samples.upTo < this.#position; samples.upTo += 1) {
      const sample = this.recording.tryAt(samples.upTo + 1)
      if (sample !== null) addSample(samples.flow, sample)
    }
    return samples.flow
  }

  [Symbol.dispose](): void {
    this.#acks.clear()
    this.#samples.clear()
  }
}

/** What is there of a connection, or nothing yet from before `first` on: also where it is of later than `position`, or long ago. */
function gathered(all: Map<string, Gathered>, cookie: string, position: number, first: number): Gathered {
  const known = all.get(cookie)
  if (known !== undefined && known.upTo <= position && known.upTo >= first - 1) return known
  const begun = { flow: new FlowHistory(cookie), upTo: first - 1, isTraced: false }
  all.set(cookie, begun)
  return begun
}

function addSample(flow: FlowHistory, { time, sockets }: Snapshot): void {
  flow.now = Date.parse(time)
  const row = sockets.rows.find(({ cookie }) => cookie === flow.cookie)
  if (row === undefined || row.cwnd === null) return
  const { cwnd, ssthresh, srttUs, deliveryRate, pacingRate, inFlight } = row
  flow.add({ time: flow.now, cwnd, ssthresh, srttUs: srttUs ?? 0, deliveryRate: deliveryRate ?? 0, pacingRate, inFlight: inFlight ?? 0 })
}
