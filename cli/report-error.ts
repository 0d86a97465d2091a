import { BtfMismatchError, CcdkError, CompileError, errorDocument, VerifierError } from '../src/errors/index.ts'
import { type Output, toJson } from './output.ts'

/** How much of a verifier's log is shown when the whole was not asked for. */
const logTail = 12

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
  if (error instanceof VerifierError) showLog(error.log, output)
  output.error(`${mark} ${error.message}`)
  if (error.hint !== '') output.error(`      ${error.hint}`)
  if (!output.verbose) return
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause)
    output.error(`      because: ${cause.message}`)
}

/** What the table of errors has for every error, and what only one class knows: all that was found. */
function documentOf(thrown: unknown): object {
  const { error } = errorDocument(thrown)
  if (thrown instanceof VerifierError) return { error: { ...error, log: thrown.log } }
  if (thrown instanceof CompileError) return { error: { ...error, diagnostics: thrown.diagnostics } }
  if (thrown instanceof BtfMismatchError) return { error: { ...error, report: thrown.report } }
  return { error }
}

function showLog(log: string, output: Output): void {
  const lines = log.trimEnd().split('\n')
  const shown = output.verbose ? lines : lines.slice(-logTail)
  const omitted = lines.length - shown.length
  if (omitted > 0) output.error(`(${omitted} lines of the verifier's log left out: --verbose shows them)`)
  for (const line of shown) output.error(`  ${line}`)
}
