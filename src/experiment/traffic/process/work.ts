import type { Limits } from '../protocol.ts'
import type { Loop } from './loop.ts'
import type { Notes } from './notes.ts'

/** What all connections of a process have. */
export interface Around {
  loop: Loop
  limits: Limits
  notes: Notes
  /** A connection has ended. */
  over(): void
}
