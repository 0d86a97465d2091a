import { BtfMismatchError, CcdkError, CompileError, errorDocument, VerifierError } from '../../src/errors/index.ts'
import { type Output, toJson } from '../output/output.ts'
import { errorText, logPlace } from './error-text.ts'

/** Tells on stderr what went wrong: as a sentence with what to do next, or as JSON. */
export function reportError(error: unknown, output: Output): void {
  if (output.json) {
    output.error(toJson(documentOf(error)))
    return
  }
  const mark = output.style('red', 'ccdk:', process.stderr)
  if (!(error instanceof CcdkError)) {
    output.error(`${mark} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    output.error('      This is a mistake in ccdk itself.')
    return
  }
  if (error instanceof CompileError && error.words !== '') output.error(error.words.trimEnd())
  if (error instanceof VerifierError && output.verbose) output.error(indented(error.log.trimEnd(), '  '))
  const { message, below } = errorText(error)
  output.error(`${mark} ${message}`)
  for (const text of below) output.error(indented(text, '      '))
  if (error instanceof VerifierError) output.error(`      ${logPlace(error, ': --verbose shows it')}`)
  if (!output.verbose) return
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    output.error(`      because: ${cause.message}`)
}

/** What the table of errors has for every error, and what only one class knows: all that was found. */
function documentOf(thrown: unknown): object {
  const { error } = errorDocument(thrown)
  if (thrown instanceof VerifierError) return { error: { ...error, log: thrown.log, summary: thrown.summary } }
  if (thrown instanceof CompileError) return { error: { ...error, diagnostics: thrown.diagnostics } }
  if (thrown instanceof BtfMismatchError) return { error: { ...error, report: thrown.report } }
  return { error }
}

const indented = (text: string, indent: string): string => text.replaceAll(/^(?=.)/gm, indent)
