import { readFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { ObjectError, UsageError } from '../../src/errors/index.ts'
import {
  type MonitorSource,
  prometheusText,
  type RecordingWriter,
  type Replay,
  type SocketQuery,
  watch,
} from '../../src/monitor/index.ts'
import { reasonOf } from '../errors/reason-of.ts'
import { Interrupted, interruption, pause } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { type Place, serve } from './serve.ts'

/** What is done with what a source shows. */
export interface Job {
  period: number
  query: SocketQuery
  count?: number
  recorder?: RecordingWriter
}

/** One document. Rates need a time to be of, so that a look comes before the one that is printed. */
export async function printOnce(source: MonitorSource, { period, query, recorder }: Job, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  source.look({ count: 0 })
  await pause(period, ended.signal)
  const snapshot = source.look(query)
  recorder?.add(snapshot)
  output.document(snapshot)
}

/** Looks each period, until it is ended, nobody reads any more, or there were `count`: a document a line under `--json`. */
export async function follow(source: MonitorSource, { period, query, count = Infinity, recorder }: Job, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  let looks = 0
  for await (const snapshot of watch(source, { periodMs: period, signal: ended.signal, query })) {
    recorder?.add(snapshot)
    output.document(snapshot)
    await output.drained(ended.signal)
    looks += 1
    if (looks >= count) return
  }
  if (ended.signal.reason instanceof Interrupted) throw ended.signal.reason
}

/** Serves metrics until it is ended: each request is a look. */
export async function serveMetrics(source: MonitorSource, place: Place, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  using served = await serve(place, () => prometheusText(source.look()))
  output.document({ serving: served.url })
  output.note(`serving ${served.url} until it is ended`)
  while (!ended.signal.aborted) await pause(60_000, ended.signal)
}

/** Opens a recording. What of it is not whole is in `recording.damage`. */
export async function openReplay(file: string): Promise<Replay> {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    const why = reasonOf(error, { ERR_FS_FILE_TOO_LARGE: 'a recording of 2 GiB or more cannot be shown' })
    throw new UsageError(`cannot read ${file}: ${why}`, { cause: error })
  }
  // What checks a recording takes memory that a live monitor has no use for.
  const replay = await import('../../src/monitor/replay/index.ts')
  return new replay.Replay(new replay.Recording(bytes, file))
}

/** The last snapshots of a recording, one a line. Throws an `ObjectError` after them when not all of it is whole. */
export async function printRecorded(replay: Replay, { query, count = replay.length }: Pick<Job, 'query' | 'count'>, output: Output): Promise<void> {
  using ended = interruption(output.unread)
  const { length, recording } = replay
  const first = Math.max(0, length - count)
  replay.seek(first)
  for (let index = first; index < length; index += 1) {
    output.document(replay.look(query))
    await output.drained(ended.signal)
    // Signals come between two turns.
    await turn()
    ended.signal.throwIfAborted()
  }
  const { file, damage } = recording
  if (damage.length > 0) throw new ObjectError({ file, path: '', expected: damage.join(', and ') })
}
