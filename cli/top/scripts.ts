import { type MonitorSource, type SocketQuery, watch } from '../../src/monitor/index.ts'
import { Interrupted, interruption, pause } from '../interrupted.ts'
import type { Output } from '../output/output.ts'

export interface Pace {
  period: number
  query: SocketQuery
}

/** One document. Rates need a time to be of, so that a look comes before the one that is printed. */
export async function printOnce(source: MonitorSource, { period, query }: Pace, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  source.look({ count: 0 })
  await pause(period, ended.signal)
  output.document(source.look(query))
}

/** One document a line each period, until it is ended, nobody reads any more, or there were `count`. */
export async function printAll(source: MonitorSource, { period, query, count = Infinity }: Pace & { count?: number }, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  let printed = 0
  for await (const snapshot of watch(source, { periodMs: period, signal: ended.signal, query })) {
    output.document(snapshot)
    await output.drained(ended.signal)
    printed += 1
    if (printed >= count) return
  }
  if (ended.signal.reason instanceof Interrupted) throw ended.signal.reason
}
