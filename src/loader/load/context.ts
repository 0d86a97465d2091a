import type { Handle } from '../target/handle.ts'
import type { Tell } from '../tell.ts'

/** What one load has for all its steps. */
export interface LoadContext {
  readonly tell: Tell | undefined
  /** The right to create, as a BPF token gives it to a process without capabilities. */
  readonly token: Handle | undefined
}

/** What of a definition says by which right it is created. */
export const byToken = ({ token }: LoadContext): { token?: Handle } => (token === undefined ? {} : { token })
