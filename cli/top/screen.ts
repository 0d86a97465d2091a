import { basename } from 'node:path'
import { UsageError } from '../../src/errors/index.ts'
import type { LinuxTarget } from '../../src/kernel/index.ts'
import type { Monitor, RecordingWriter, Replay } from '../../src/monitor/index.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { queryOf, type TopOptions } from './options.ts'

/** Loads what draws: only now, since it takes longer to start than all else. */
function loadScreen() {
  const { stdin, stdout, env } = process
  if (!stdin.isTTY || !stdout.isTTY || env['TERM'] === 'dumb') {
    throw new UsageError('ccdk top draws on a terminal, and this is none', { hint: '--json prints one document, --watch --json one each period' })
  }
  return import('../tui/index.ts')
}

/** This machine, for people. */
export async function showMonitor(
  { monitor, target }: { monitor: Monitor; target: LinuxTarget },
  recorder: RecordingWriter | undefined,
  options: TopOptions,
  output: Output,
): Promise<void> {
  const { runTui, readSettings, LiveActions } = await loadScreen()
  const settings = await readSettings()
  using ended = interruption(output.unread)
  using actions = new LiveActions(target, monitor, ended.signal, recorder)
  await runTui({
    ...firstView(options, output),
    source: monitor,
    actions,
    settings,
    situation: { readonly: options.readonly === true ? '--readonly: this may only look' : null, replay: null },
    statistics: monitor.statistics,
    recording: options.record ?? null,
    signal: ended.signal,
  })
}

/** A recording, for people, a snapshot each period. */
export async function showReplay(replay: Replay, options: TopOptions, output: Output): Promise<void> {
  const { runTui, readSettings, noActions } = await loadScreen()
  const settings = await readSettings(true)
  using ended = interruption(output.unread)
  const { file, damage } = replay.recording
  const harmed = damage.map((text) => ({ what: 'the whole recording', why: text, remedy: '' }))
  await runTui({
    ...firstView(options, output),
    ...(damage.length === 0 ? {} : { notice: { text: `not all of this recording is whole: ${damage.join(', and ')}`, style: 'warn' } }),
    source: replay,
    actions: noActions,
    settings,
    situation: { readonly: null, replay: { file: basename(file), lacks: harmed, player: replay } },
    statistics: false,
    recording: null,
    signal: ended.signal,
  })
}

function firstView(options: TopOptions, output: Output) {
  const { period, view, filter } = options
  const { sort, reverse = false } = queryOf(options)
  return {
    periodMs: period,
    colour: output.hasColour(process.stdout),
    ...(view === undefined ? {} : { view }),
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sorting: { key: sort, reverse } }),
  }
}
