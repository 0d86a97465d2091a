import { UsageError } from '../../errors/index.ts'

export interface Word {
  text: string
  /** The first is 1. */
  column: number
}

/** Brackets, comparisons, and whatever else stands between spaces or in quotes. */
const pattern = /[()]|[<>]=?|!=|==?|"[^"]*"?|[^\s()<>=!"]+|!/g

export const wordsOf = (filter: string): Word[] =>
  Array.from(filter.matchAll(pattern), (match) => ({ text: match[0], column: match.index + 1 }))

/** An error that points at its place. */
export function wrong(filter: string, column: number, what: string, hint?: string): UsageError {
  const shown = filter.replaceAll(/\p{Cc}/gu, ' ')
  const message = `filter, column ${column}: ${what}\n  ${shown}\n  ${' '.repeat(column - 1)}^`
  return new UsageError(message, hint === undefined ? {} : { hint })
}
