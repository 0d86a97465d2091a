import { setTimeout as sleep } from 'node:timers/promises'
import type { MonitorSource, Snapshot, SocketQuery } from './snapshot.ts'

export interface WatchOptions {
  periodMs: number
  /** Ends it, without an error. */
  signal?: AbortSignal
  query?: SocketQuery
}

/** Looks at once, and then each period: one that a slow reader missed is left out. */
export async function* watch(source: MonitorSource, { periodMs, signal, query }: WatchOptions): AsyncGenerator<Snapshot> {
  const isEnded = (): boolean => signal?.aborted === true
  let next = performance.now()
  while (!isEnded()) {
    yield source.look(query)
    const now = performance.now()
    next += Math.max(1, Math.ceil((now - next) / periodMs)) * periodMs
    try {
      await sleep(Math.max(0, next - now), undefined, signal === undefined ? {} : { signal })
    } catch {
      return
    }
  }
}
