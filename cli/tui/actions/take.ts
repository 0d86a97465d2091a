import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AlgorithmView } from '../../../src/monitor/index.ts'
import { plain, type Row, span } from '../screen/row.ts'
import type { Session } from '../state/session.ts'
import type { Prompt } from '../state/ui.ts'
import { nameOf } from '../views/algorithm-columns.ts'
import { touched } from './ask.ts'

/** What becomes of a line that was written. */
export function take(session: Session, prompt: Prompt): void {
  const text = prompt.text.trim()
  if (prompt.kind === 'filter') return filter(session, prompt, text)
  session.update({ prompt: null })
  if (text === '') return
  switch (prompt.kind) {
    case 'register':
      return void session.act(() => session.options.actions.register(atHome(text)))
    case 'record':
      return record(session, text)
    case 'replace':
      return about(session, prompt.mapId, (algorithm) => replace(session, algorithm, text))
    case 'edit':
      return about(session, prompt.mapId, (algorithm) => edit(session, algorithm, prompt.variable, text))
  }
}

/** With an algorithm as it is now. It may have gone while the line was written. */
function about(session: Session, mapId: number, what: (algorithm: AlgorithmView) => void): void {
  const algorithm = session.model.snapshot?.algorithms.find((one) => one.mapId === mapId)
  if (algorithm === undefined) session.tell(`map ${mapId} is gone`, 'warn')
  else what(algorithm)
}

function record(session: Session, file: string): void {
  const { actions } = session.options
  const begin = (): void =>
    void session.act(() => {
      const told = actions.record(atHome(file))
      session.update({ recording: file })
      return told
    })
  if (!actions.isThere(atHome(file))) return begin()
  session.update({
    question: { title: `Replace ${plain(file)}?`, lines: [[span('It is there already: what is in it would be gone.', 'warn')]], verb: 'replace it', act: begin },
  })
}

function replace(session: Session, algorithm: AlgorithmView, file: string): void {
  const sockets = touched(session, algorithm, 'open connections keep the old version until they end')
  session.update({
    question: {
      title: `Switch ${nameOf(algorithm)}?`,
      lines: [[span(`map ${algorithm.mapId} gives way to ${plain(file)}`, 'dim')], sockets, ...inBetween(algorithm)],
      verb: 'switch it',
      act: () => void session.act(() => session.options.actions.replace(atHome(file), algorithm.mapId)),
    },
  })
}

/** Only a link takes another version at once. */
const inBetween = ({ byLink }: AlgorithmView): Row[] => (byLink ? [] : [[span('It has no link: who asks for it while the new one takes its place is refused.', 'warn')]])

function edit(session: Session, algorithm: AlgorithmView, variable: string, value: string): void {
  const sockets = touched(session, algorithm, 'their programs see the new value at once')
  session.update({
    question: {
      title: `Change ${plain(variable)} of ${nameOf(algorithm)}?`,
      lines: [[span(plain(variable), 'strong'), span(` = ${plain(value)}`)], sockets],
      verb: 'change it',
      act: () => void session.act(() => session.options.actions.setVariable(algorithm.mapId, variable, value)),
    },
  })
}

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
