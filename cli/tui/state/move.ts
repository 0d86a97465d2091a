import { windowFrom } from '../screen/table.ts'
import type { ListState } from './ui.ts'

const steps = ['up', 'down', 'pageUp', 'pageDown', 'top', 'bottom'] as const
export type Step = (typeof steps)[number]

export const isStep = (name: string | undefined): name is Step => steps.some((step) => step === name)

/** Where the cursor goes in a list of `total` of which `height` are shown. */
export function moved<List extends ListState>(list: List, step: Step, height: number, total: number): List {
  const page = Math.max(1, height - 1)
  const by = { up: -1, down: 1, pageUp: -page, pageDown: page, top: -Infinity, bottom: Infinity }[step]
  return settled({ ...list, cursor: list.cursor + by }, height, total)
}

/** The cursor on something that is there, and the window around it. */
export function settled<List extends ListState>(list: List, height: number, total: number): List {
  const cursor = Math.max(0, Math.min(list.cursor, total - 1))
  return { ...list, cursor, from: windowFrom(list.from, cursor, Math.max(1, height), total) }
}

/** A list of which items before the cursor's have gone: the cursor stays at its own, and the window with it. */
export function stayed<List extends ListState, Item>(list: List, item: Item | undefined, items: readonly Item[]): List {
  const gone = item === undefined ? 0 : list.cursor - Math.max(0, items.indexOf(item))
  return gone === 0 ? list : { ...list, cursor: list.cursor - gone, from: Math.max(0, list.from - gone) }
}

/** Text that is read has no cursor: its window moves. */
export function scrolled<List extends Pick<ListState, 'cursor' | 'from'>>(list: List, step: Step, height: number, total: number): List {
  const page = Math.max(1, height - 1)
  const by = { up: -1, down: 1, pageUp: -page, pageDown: page, top: -Infinity, bottom: Infinity }[step]
  const from = Math.max(0, Math.min(list.from + by, total - height))
  return { ...list, from, cursor: from }
}
