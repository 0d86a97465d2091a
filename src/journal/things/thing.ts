import type { Entry } from '../entry.ts'
import type { Owner } from '../lines.ts'

/** How things of one kind are told apart from what others have made, and taken away. */
export interface Thing<E extends Entry> {
  /** In words, for people. */
  what(entry: E, owner: Owner): string
  /** Whether the very thing is there. Throws a `CcdkError` when that cannot be told. */
  isThere(entry: E, owner: Owner): boolean
  /** Takes away what is there; it may go a little later. */
  undo(entry: E, owner: Owner): void | Promise<void>
}
