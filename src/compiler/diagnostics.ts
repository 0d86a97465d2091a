import { stripVTControlCharacters } from 'node:util'

/** One thing that the compiler has to say about a place in a source. */
export interface Diagnostic {
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  severity: 'fatal error' | 'error' | 'warning' | 'note' | 'remark'
  message: string
}

const heading = /^(?<file>.+?):(?<line>\d+):(?<column>\d+): (?<severity>fatal error|error|warning|note|remark): (?<message>.*)$/gm

/** The diagnostics in what clang printed, with or without colours. */
export function parseDiagnostics(words: string): Diagnostic[] {
  return Array.from(stripVTControlCharacters(words).matchAll(heading), ({ groups = {} }): Diagnostic => {
    const { file = '', line, column, severity, message = '' } = groups
    return { file, line: Number(line), column: Number(column), severity: severityOf(severity), message }
  })
}

function severityOf(word = ''): Diagnostic['severity'] {
  return word === 'fatal error' || word === 'warning' || word === 'note' || word === 'remark' ? word : 'error'
}
