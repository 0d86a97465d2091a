import { stripVTControlCharacters } from 'node:util'
import { createElement } from 'react'
import { renderToString } from 'ink'
import type { Actions } from '../../../cli/tui/actions/actions.ts'
import { App } from '../../../cli/tui/app.tsx'
import { bindings } from '../../../cli/tui/keys/bindings.ts'
import type { Area } from '../../../cli/tui/screen/panel.ts'
import { Session, type SessionOptions } from '../../../cli/tui/state/session.ts'
import { firstUi } from '../../../cli/tui/state/ui.ts'
import { glyphsFor } from '../../../cli/tui/theme/glyphs.ts'
import { MadeSource } from './made-source.ts'

/** Actions that only note what was asked of them. */
function notedActions(): Actions & { asked: string[] } {
  const asked: string[] = []
  const note = (text: string): string => {
    asked.push(text)
    return text
  }
  return {
    asked,
    register: (file) => note(`register ${file}`),
    replace: (file, mapId) => note(`replace ${mapId} by ${file}`),
    unregister: async (mapId) => note(`unregister ${mapId}`),
    setVariable: (mapId, name, text) => note(`set ${name} of ${mapId} to ${text}`),
    statistics: (on) => note(`statistics ${on}`),
    record: (file) => note(`record ${file}`),
    seen: () => undefined,
    isThere: () => false,
    held: () => [],
  }
}

/** A session with a made machine, which has looked a few times. */
export function madeSession(given: Partial<SessionOptions> = {}, looks = 4) {
  const actions = notedActions()
  let quits = 0
  const session = new Session({
    source: new MadeSource(),
    actions,
    bindings: bindings(),
    glyphs: glyphsFor('unicode'),
    situation: { readonly: null, replay: null },
    size: { columns: 120, rows: 40 },
    ui: firstUi({ periodMs: 250, statistics: true }),
    quit: () => {
      quits += 1
    },
    ...given,
  })
  for (let look = 0; look < looks; look += 1) session.look()
  return {
    session,
    asked: actions.asked,
    quits: () => quits,
    press: (...chords: string[]) => {
      for (const chord of chords) session.press(chord)
    },
  }
}

/** What a person would read. */
export const screenOf = (session: Session, size: Area = session.options.size): string =>
  stripVTControlCharacters(renderToString(createElement(App, { session, colours: 0, size }), { columns: size.columns }))
