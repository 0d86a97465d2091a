import type { MonitorSource, SocketView } from '../../src/monitor/index.ts'
import { render } from 'ink'
import { App } from './app.tsx'
import type { Actions } from './actions/actions.ts'
import { endWithParent, lookAgain } from './looking.ts'
import { Painter } from './screen/painter.ts'
import type { Sorting } from './screen/table.ts'
import type { Settings } from './settings/settings.ts'
import { Session } from './state/session.ts'
import { firstUi, type Notice, type Situation } from './state/ui.ts'
import type { ViewName } from './keys/table.ts'
import { glyphsFor } from './theme/glyphs.ts'
import { coloursOf } from './theme/palette.ts'

export interface TuiOptions {
  source: MonitorSource
  actions: Actions
  settings: Settings
  situation: Situation
  periodMs: number
  statistics: boolean
  recording: string | null
  view?: ViewName
  filter?: string
  sorting?: Sorting<keyof SocketView>
  /** What is told at first. */
  notice?: Notice
  /** Whether the person wants colours; as the terminal has them when left out. */
  colour: boolean
  /** Ends it, with its reason thrown. */
  signal: AbortSignal
}

/**
 * Shows a source on the terminal until the person leaves. The screen is as it was before, whatever ends it.
 *
 * @throws the reason of `signal`, and what was thrown meanwhile and caught by nobody
 */
export async function runTui({ source, actions, settings, situation, signal, colour, ...options }: TuiOptions): Promise<void> {
  const { stdout } = process
  const leaving = new AbortController()
  const failing = new AbortController()
  const session = new Session({
    source,
    actions,
    bindings: settings.bindings,
    glyphs: glyphsFor(settings.charset),
    situation,
    size: { columns: stdout.columns, rows: stdout.rows },
    ui: firstUi({ ...options, theme: settings.theme }),
    quit: () => leaving.abort(),
  })
  const colours = colour ? coloursOf(stdout.getColorDepth()) : 0
  const app = render(<App session={session} colours={colours} painter={new Painter(stdout)} />, {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Somebody at a terminal is there, whatever the environment says of CI.
    interactive: true,
  })
  const ended = AbortSignal.any([signal, leaving.signal, failing.signal])
  ended.addEventListener('abort', () => app.unmount(), { once: true })
  const failed = (error: unknown): void => failing.abort(error)
  process.once('uncaughtException', failed)
  try {
    using timers = new DisposableStack()
    timers.use(endWithParent(() => app.unmount()))
    timers.use(lookAgain(session))
    await app.waitUntilExit()
  } finally {
    process.off('uncaughtException', failed)
    app.unmount()
  }
  signal.throwIfAborted()
  failing.signal.throwIfAborted()
}
