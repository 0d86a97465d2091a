import { CcdkError, errorDocument, VerifierError } from '../src/errors/index.ts'
import type { Output } from './output.ts'

/** How much of a verifier's log is shown when the whole was not asked for. */
const logTail = 12

/** Tells on stderr what went wrong: as a sentence with what to do next, or as JSON. */
export function reportError(error: unknown, output: Output): void {
  if (output.json) {
    output.error(JSON.stringify(errorDocument(error)))
    return
  }
  if (!(error instanceof CcdkError)) {
    output.error(`ccdk: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    output.error('This is a mistake in ccdk itself.')
    return
  }
  if (error instanceof VerifierError) showLog(error.log, output)
  output.error(`${output.style('red', 'ccdk:', process.stderr)} ${error.message}`)
  if (error.hint !== '') output.error(`      ${error.hint}`)
  if (!output.verbose) return
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) output.error(`      because: ${cause.message}`)
}

function showLog(log: string, output: Output): void {
  const lines = log.trimEnd().split('\n')
  const shown = output.verbose ? lines : lines.slice(-logTail)
  const omitted = lines.length - shown.length
  if (omitted > 0) output.error(`(${omitted} lines of the verifier's log left out: --verbose shows them)`)
  for (const line of shown) output.error(`  ${line}`)
}
