/** `npm run vm -- RELEASE PART-OF-A-PATH…`: chosen tests of test/kernel on an older kernel, under QEMU. See test/vm. */
import { parseArgs } from 'node:util'
import { findTests } from '../test/gate/find.ts'
import { closingLine, fileReport, skipReport, timeReport, totals } from '../test/gate/report.ts'
import { releases } from '../test/support/vm/debian-kernel.ts'
import type { FileLine } from '../test/support/vm/protocol.ts'
import { runOnKernel } from '../test/support/vm/run-on-kernel.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { timeout: { type: 'string', default: '180' }, verbose: { type: 'boolean', default: false }, steady: { type: 'boolean', default: false } },
})
const [named, ...filters] = positionals
const release = releases.find((one) => one === named)
if (release === undefined || filters.length === 0) {
  console.error(`Usage: npm run vm -- {${releases.join(',')}} PART-OF-A-PATH… [--timeout SECONDS] [--steady] [--verbose]`)
  process.exit(2)
}

const directory = new URL('../test', import.meta.url).pathname
const files = findTests({ directory, kinds: ['kernel'], filters }).map(({ name }) => name)
const limitMs = 1000 * Number(values.timeout)
const runs = new Map<string, FileLine>()
await runOnKernel(release, { files, limitMs, steady: values.steady }, limitMs * files.length + 120_000, (run) => {
  runs.set(run.name, run)
  console.log(fileReport(run.name, run, values.verbose))
})
const sums = totals(runs.values())
console.log(['', ...timeReport(runs), ...skipReport(runs), closingLine(sums)].join('\n'))
process.exitCode = sums.failed > 0 || sums.passed === 0 ? 1 : 0
