import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AlgorithmView } from '../../../src/monitor/index.ts'
import { plain, type Row, span } from '../screen/row.ts'
import { algorithmOf } from '../state/chosen.ts'
import type { Session } from '../state/session.ts'
import { socketsOf } from '../state/versions.ts'
import type { Prompt } from '../state/ui.ts'
import { nameOf } from '../views/algorithm-columns.ts'
import { touched } from './ask.ts'

/** What becomes of a line that was written. */
export function take(session: Session, prompt: Prompt): void {
  const text = prompt.text.trim()
  if (prompt.kind === 'filter') return filter(session, prompt, text)
  if (text === '') return session.update({ prompt: null })
  const { actions } = session.options
  const algorithm = algorithmOf(session.model)
  session.update({ prompt: null })
  switch (prompt.kind) {
    case 'register':
      return void session.act(() => actions.register(atHome(text)))
    case 'record':
      return void session.act(() => {
        const told = actions.record(atHome(text))
        session.update({ recording: text })
        return told
      })
    case 'replace':
      if (algorithm === undefined) return
      return session.update({
        question: {
          title: `Switch ${nameOf(algorithm)}?`,
          lines: [[span(`map ${algorithm.mapId} gives way to ${plain(text)}`, 'dim')], touched(socketsOf(algorithm, session.model), 'open connections keep the old version until they end'), ...inBetween(algorithm)],
          verb: 'switch it',
          act: () => void session.act(() => actions.replace(atHome(text), algorithm.mapId)),
        },
      })
    case 'edit': {
      const { subject = '' } = prompt
      if (algorithm === undefined) return
      return session.update({
        question: {
          title: `Change ${plain(subject)} of ${nameOf(algorithm)}?`,
          lines: [[span(plain(subject), 'strong'), span(` = ${plain(text)}`)], touched(socketsOf(algorithm, session.model), 'their programs see the new value at once')],
          verb: 'change it',
          act: () => void session.act(() => actions.setVariable(algorithm.mapId, subject, text)),
        },
      })
    }
  }
}

/** Only a link takes another version at once. */
const inBetween = ({ byLink }: AlgorithmView): Row[] => (byLink ? [] : [[span('It has no link: who asks for it while the new one takes its place is refused.', 'warn')]])

function filter(session: Session, prompt: Prompt, text: string): void {
  const { ui } = session.model
  if (ui.view !== 'registered' && ui.view !== 'sockets' && ui.view !== 'log') return
  if (ui.view === 'sockets' && text !== '') {
    try {
      session.tryFilter(text)
    } catch (error) {
      const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      return session.update({ prompt: { ...prompt, error: first.replace(/^filter, /, '') } })
    }
  }
  session.update({ prompt: null, [ui.view]: { ...ui[ui.view], filter: text, cursor: 0, from: 0 } })
}

/** A shell would have done it. */
const atHome = (path: string): string => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)
