import type { AlgorithmView, MonitorEvent, Snapshot } from '../../../src/monitor/index.ts'

/** How much is kept: of each curve, of each algorithm's timeline, of the log, and how many timelines of maps that are gone. */
const most = { samples: 240, timeline: 200, steps: 6, log: 5000, gone: 100 }

/** What of a snapshot is kept. */
export interface Seen extends Pick<Snapshot, 'events' | 'seconds'> {
  algorithms: readonly Pick<AlgorithmView, 'mapId' | 'callsPerSecond'>[]
}

/** What was seen since the monitor began. */
export class History {
  readonly log: MonitorEvent[] = []
  readonly #calls = new Map<number, number[]>()
  readonly #timelines = new Map<number, MonitorEvent[]>()

  add({ algorithms, events, seconds }: Seen): void {
    for (const { mapId, callsPerSecond } of algorithms) {
      // The first snapshot has no rates.
      if (seconds > 0) keep(listOf(this.#calls, mapId), callsPerSecond, most.samples)
    }
    for (const event of events) {
      // References change with each connection: they would drive all else out of the log.
      if (event.kind !== 'refcnt') this.note(event)
      if (event.mapId !== undefined && event.kind !== 'printk') keepCourse(listOf(this.#timelines, event.mapId), event)
    }
    const there = new Set(algorithms.map(({ mapId }) => mapId))
    for (const mapId of this.#calls.keys()) if (!there.has(mapId)) this.#calls.delete(mapId)
    const gone = [...this.#timelines.keys()].filter((mapId) => !there.has(mapId))
    for (const mapId of gone.slice(0, -most.gone)) this.#timelines.delete(mapId)
  }

  note(event: MonitorEvent): void {
    keep(this.log, event, most.log)
  }

  clear(): void {
    this.log.length = 0
    this.#calls.clear()
    this.#timelines.clear()
  }

  /** Calls a second at each look, oldest first. */
  callsOf(mapId: number): readonly number[] {
    return this.#calls.get(mapId) ?? []
  }

  timelineOf(mapId: number): readonly MonitorEvent[] {
    return this.#timelines.get(mapId) ?? []
  }
}

function listOf<Item>(lists: Map<number, Item[]>, key: number): Item[] {
  const found = lists.get(key) ?? []
  lists.set(key, found)
  return found
}

/** References that change one after the other are one line, with the last steps: `refcnt … 12 → 11 → 4`. */
function keepCourse(timeline: MonitorEvent[], event: MonitorEvent): void {
  const last = timeline.at(-1)
  if (last?.kind !== 'refcnt' || event.kind !== 'refcnt') return keep(timeline, event, most.timeline)
  const steps = [...last.text.split(' ').filter((word) => /^\d+$/.test(word)), event.text.split(' ').at(-1) ?? '']
  const shown = steps.slice(-most.steps)
  timeline[timeline.length - 1] = { ...event, text: `refcnt ${[...(shown.length < steps.length || last.text.includes('…') ? ['…'] : []), ...shown].join(' → ')}` }
}

function keep<Item>(list: Item[], item: Item, limit: number): void {
  list.push(item)
  if (list.length > limit) list.shift()
}
