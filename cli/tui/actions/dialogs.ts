import { edited } from '../state/line.ts'
import { isStep, scrolled } from '../state/move.ts'
import type { Session } from '../state/session.ts'
import type { Page, Prompt, Question } from '../state/ui.ts'
import { pageExtent } from '../views/page.ts'
import { take } from './take.ts'

/** Gives a key to what stands over the view: a page, a question, or a line that is written. False where nothing does. */
export function pressInDialog(session: Session, chord: string): boolean {
  const { page, question, prompt } = session.model.ui
  if (page !== null) read(session, page, chord)
  else if (question !== null) answer(session, question, chord)
  else if (prompt !== null) write(session, prompt, chord)
  else return false
  return true
}

/** A page is moved by the keys that move lists, and closed by those that leave or open something. */
function read(session: Session, page: Page, chord: string): void {
  const command = session.options.bindings.commandOf(chord, 'help')
  if (chord === 'esc' || chord === 'enter' || command === 'quit' || command === 'back') return session.update({ page: null })
  const { height, total } = pageExtent(page, session.model.size)
  if (isStep(command)) session.update({ page: { ...page, from: scrolled({ ...page, cursor: 0 }, command, height, total).from } })
}

function answer(session: Session, { act }: Question, chord: string): void {
  if (chord === 'y' || chord === 'Y') {
    session.update({ question: null })
    act()
  } else if (chord === 'n' || chord === 'N' || chord === 'esc' || chord === 'q') {
    session.update({ question: null, notice: { text: 'left as it is', style: 'good' } })
  }
}

function write(session: Session, prompt: Prompt, chord: string): void {
  if (chord === 'esc') session.update({ prompt: null })
  else if (chord === 'enter') take(session, prompt)
  else session.update({ prompt: { ...edited(prompt, chord), error: null } })
}
