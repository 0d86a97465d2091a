import type { AlgorithmView } from '../../../src/monitor/index.ts'
import { plain, type Row, span } from '../screen/row.ts'
import { plural } from '../screen/words.ts'
import { algorithmOf, variableOf } from '../state/chosen.ts'
import type { Session } from '../state/session.ts'
import { referencesOf, socketsOf } from '../state/versions.ts'
import type { Prompt, Subject } from '../state/ui.ts'
import { nameOf } from '../views/algorithm-columns.ts'

const prompt = (subject: Subject, label: string, text = ''): { prompt: Prompt } => ({ prompt: { ...subject, label, text, at: text.length, error: null } })

/** What a key that changes something asks first: a name, or whether that is meant. */
export const ask = {
  filter(session: Session): void {
    const { ui } = session.model
    if (ui.view !== 'registered' && ui.view !== 'sockets' && ui.view !== 'log') return
    const label = ui.view === 'sockets' ? 'filter, such as cc=bpf_* and srtt>10ms:' : 'filter:'
    session.update(prompt({ kind: 'filter' }, label, ui[ui.view].filter))
  },

  register(session: Session): void {
    session.update(prompt({ kind: 'register' }, 'register the object file:'))
  },

  replace(session: Session): void {
    const algorithm = algorithmOf(session.model)
    if (algorithm !== undefined) session.update(prompt({ kind: 'replace', mapId: algorithm.mapId }, `put in place of ${nameOf(algorithm)} the object file:`))
  },

  unregister(session: Session): void {
    const algorithm = algorithmOf(session.model)
    if (algorithm === undefined) return
    const { mapId, links } = algorithm
    const how = algorithm.byLink ? `map ${mapId}, link ${links.map(({ id }) => id).join(', ')}` : `map ${mapId}`
    session.update({
      question: {
        title: `Unregister ${nameOf(algorithm)}?`,
        lines: [[span(how, 'dim')], touched(session, algorithm, 'they keep it until they end')],
        verb: 'unregister it',
        act: () => void session.act(() => session.options.actions.unregister(mapId)),
      },
    })
  },

  edit(session: Session): void {
    const algorithm = algorithmOf(session.model)
    const variable = variableOf(session.model)
    if (algorithm === undefined || variable === undefined) return
    session.update(prompt({ kind: 'edit', mapId: algorithm.mapId, variable: variable.name }, `${plain(variable.name)} =`, variable.value))
  },

  statistics(session: Session): void {
    const on = !session.model.ui.statistics
    void session.act(() => {
      const told = session.options.actions.statistics(on)
      session.update({ statistics: on })
      return told
    })
  },

  record(session: Session): void {
    if (session.model.ui.recording === null) return session.update(prompt({ kind: 'record' }, 'record to the file:', 'top.ccdk'))
    void session.act(() => {
      const told = session.options.actions.record(null)
      session.update({ recording: null })
      return told
    })
  },

  quit(session: Session): void {
    const held = session.options.actions.held()
    if (held.length === 0) return session.options.quit()
    session.update({
      question: {
        title: 'Leave?',
        lines: [[span(plain(held.join(', ')), 'strong'), span(held.length === 1 ? ' was registered here and ends with this' : ' were registered here and end with this')]],
        verb: 'leave and unregister',
        act: session.options.quit,
      },
    })
  },
}

/** How many sockets something touches, and what becomes of them. The kernel counts more where not all namespaces are looked into. */
export function touched(session: Session, algorithm: AlgorithmView, what: string): Row {
  const sockets = socketsOf(algorithm, session.model)
  const references = referencesOf(algorithm)
  if (sockets === 0 && references === 0) return [span('no socket uses it', 'good')]
  const using = sockets === 0 ? 'no socket' : plural(sockets, 'socket')
  const use = sockets < 2 ? 'uses it' : 'use it'
  const used = references > sockets ? `${using} in the namespaces looked into ${use}, and the kernel counts ${plural(references, 'reference')}` : `${using} ${use}`
  return [span(used, 'warn'), span(`: ${what}`)]
}
