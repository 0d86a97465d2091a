import { useLayoutEffect, useMemo, useSyncExternalStore } from 'react'
import { useInput, useWindowSize } from 'ink'
import { chordsOf } from './keys/chords.ts'
import type { Area } from './screen/panel.ts'
import type { Painter } from './screen/painter.ts'
import { Screen } from './screen/screen.tsx'
import type { Session } from './state/session.ts'
import { type Colours, palette } from './theme/palette.ts'
import { themeNamed } from './theme/themes.ts'
import { frame } from './views/frame.ts'

interface Props {
  session: Session
  colours: Colours
  painter?: Painter | undefined
  /** The terminal's when left out. */
  size?: Area
}

export function App({ session, colours, painter, size }: Props) {
  const terminal = useWindowSize()
  const columns = size?.columns ?? terminal.columns
  const rows = size?.rows ?? terminal.rows
  useLayoutEffect(() => session.resize({ columns, rows }), [session, columns, rows])
  useInput((input, key) => {
    for (const chord of chordsOf(input, key)) session.press(chord)
  })
  const model = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.model,
  )
  const colouring = useMemo(() => palette(themeNamed(model.ui.theme), colours), [model.ui.theme, colours])
  const lines = useMemo(() => frame(model).map((row) => colouring.paint(row)), [model, colouring])
  return <Screen lines={lines} size={model.size} painter={painter} />
}
