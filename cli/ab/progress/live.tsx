import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { Box, render, Static, Text, useWindowSize } from 'ink'
import type { RunEvent } from '../../../src/experiment/index.ts'
import type { Output } from '../../output/output.ts'
import { type Row, width } from '../../tui/screen/row.ts'
import { type Glyphs, glyphsFor } from '../../tui/theme/glyphs.ts'
import { frame, lineOf } from './frame.ts'
import type { Progress } from './progress.ts'
import { firstState, next, type State } from './state.ts'
import type { Watched } from './watched.ts'

export type Paint = (row: Row) => string

/** What has happened so far, for who draws it. */
export class Watch {
  readonly watched: Watched
  /** The rows that are on the terminal. */
  drawn: readonly Row[] = []
  #state: State
  #lines: readonly string[] = []
  readonly #listeners = new Set<() => void>()

  constructor(watched: Watched) {
    this.watched = watched
    this.#state = firstState(watched.figures, performance.now())
  }

  readonly state = (): State => this.#state
  /** Of trials that do not count; they stay. */
  readonly lines = (): readonly string[] => this.#lines

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(event: RunEvent): void {
    this.#state = next(this.#state, event, performance.now())
    const line = lineOf(event, this.watched.spec)
    if (line !== undefined) this.#lines = [...this.#lines, line]
    for (const listener of this.#listeners) listener()
  }
}

interface Props {
  watch: Watch
  glyphs: Glyphs
  paint: Paint
}

/** How a run gets on, below what has been printed before. */
export function Live({ watch, glyphs, paint }: Props) {
  const { columns, rows } = useWindowSize()
  const state = useSyncExternalStore(watch.subscribe, watch.state)
  const lines = useSyncExternalStore(watch.subscribe, watch.lines)
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const { spec, arms } = watch.watched
  const drawn = frame({ spec, arms, state, now: Math.max(now, state.at), columns, rows, glyphs })
  useLayoutEffect(() => {
    watch.drawn = drawn
  })
  return (
    <>
      <Static items={[...lines]}>{(line, index) => <Text key={index}>{line}</Text>}</Static>
      <Box flexDirection="column">
        {drawn.map((row, y) => (
          <Text key={y} wrap="truncate">
            {paint(row) || ' '}
          </Text>
        ))}
      </Box>
    </>
  )
}

/** Draws on stderr. What was drawn goes away again at the end, for the result to take its place. */
export function live(watched: Watched, output: Output): Progress {
  const watch = new Watch(watched)
  const rewrapping = clearRewrapped(watch)
  const app = render(<Live watch={watch} glyphs={glyphsFor('auto')} paint={painted(output)} />, {
    stdout: process.stderr,
    exitOnCtrlC: false,
    patchConsole: false,
    // Somebody at a terminal is there, whatever the environment says of CI.
    interactive: true,
  })
  return {
    tell: (event) => watch.tell(event),
    [Symbol.dispose]: () => {
      rewrapping[Symbol.dispose]()
      app.clear()
      app.unmount()
    },
  }
}

/**
 * A terminal that gets narrower breaks lines that are drawn already, and Ink then clears as many as it has drawn. This comes
 * first and clears what they are more.
 */
function clearRewrapped(watch: Watch): Disposable {
  const { stderr } = process
  const clear = (): void => {
    const more = watch.drawn.reduce((sum, row) => sum + Math.max(0, Math.ceil(width(row) / stderr.columns) - 1), 0)
    // ABI: ECMA-48: cursor up, erase to the end of the screen.
    if (more > 0) stderr.write(`\u001B[${more}A\u001B[J`)
  }
  stderr.on('resize', clear)
  return { [Symbol.dispose]: () => stderr.off('resize', clear) }
}

/** In the terminal's own colours, which fit whatever it has behind them. */
function painted(output: Output): Paint {
  const styles = { strong: 'bold', header: 'dim', dim: 'dim', good: 'green', warn: 'yellow', bad: 'red' } as const
  const isStyled = (style: string): style is keyof typeof styles => style in styles
  return (row) => row.map(({ text, style }) => (isStyled(style) && text.trim() !== '' ? output.style(styles[style], text, process.stderr) : text)).join('')
}
