import { CcdkError, VerifierError } from '../../src/errors/index.ts'
import { keepVerifierLog } from './verifier-log-file.ts'
import { verifierLines } from './verifier-lines.ts'

/** What a person reads of an error: what was tried and what the answer was, and below it where and what to do. */
export function errorText(error: unknown): { message: string; below: string[] } {
  if (!(error instanceof CcdkError)) return { message: error instanceof Error ? error.message : String(error), below: [] }
  const isRefusal = error instanceof VerifierError
  const message = isRefusal ? `the verifier refused program "${error.program}" (${error.errno}): ${error.summary.reason}` : error.message
  return { message, below: [isRefusal ? verifierLines(error.summary) : '', error.hint].filter((text) => text !== '') }
}

/** Where a verifier's whole log is kept from now on. */
export function logPlace(error: VerifierError, otherwise: string): string {
  const path = keepVerifierLog(error)
  return path === undefined ? `its whole log could not be kept${otherwise}` : `its whole log: ${path}`
}

/** The end of a verifier's log, where the reason is. */
const lastLines = 200

/** All of it, for somebody who has no second try with --verbose. */
export function wholeText(error: unknown): string {
  const { message, below } = errorText(error)
  const text = [message, ...below].join('\n\n')
  if (!(error instanceof VerifierError)) return text
  const lines = error.log.trimEnd().split('\n')
  return [text, logPlace(error, ''), lines.length > lastLines ? `its last ${lastLines} lines:` : '', lines.slice(-lastLines).join('\n')].filter((part) => part !== '').join('\n\n')
}
