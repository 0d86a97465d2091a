import { errorText } from '../../errors/error-text.ts'

/** What is asked about the one thing that is looked at closer, or why that cannot be known. */
export interface Closer<Of, Value> {
  /** Null where nothing is looked at so. */
  of: Of | null
  value: Value
  why: string | null
}

/** Asks about it. An error takes away only what it is about. */
export function lookCloser<Of, Value>(of: Of | null, none: Value, ask: (of: Of) => Value): Closer<Of, Value> {
  try {
    return { of, value: of === null ? none : ask(of), why: null }
  } catch (error) {
    return { of, value: none, why: errorText(error).message }
  }
}
