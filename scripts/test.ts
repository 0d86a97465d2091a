/** `npm test`: runs the tests behind the gate. See test/gate. */
import { constants } from 'node:os'
import { CcdkError } from '../src/errors/index.ts'
import { runGate } from '../test/gate/gate.ts'
import { parseOptions, usage } from '../test/gate/options.ts'
import { closingLine } from '../test/gate/report.ts'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal]
    interrupted.abort()
  })
}

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
const report = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

try {
  const options = parseOptions(process.argv.slice(2), process.env)
  if (options === undefined) {
    process.stdout.write(usage)
  } else {
    const totals = await runGate(options, { report, tell }, interrupted.signal)
    report(closingLine(totals))
    if (totals.passed === 0 && totals.failed === 0) tell('no test ran')
    process.exitCode ??= totals.failed > 0 || totals.passed === 0 ? 1 : 0
  }
} catch (error) {
  if (!(error instanceof CcdkError)) throw error
  tell([error.message, error.hint].filter(Boolean).join('\n'))
  report(closingLine({ passed: 0, failed: 1, skipped: 0 }))
  process.exitCode = 1
}
