import { stripVTControlCharacters } from 'node:util'
import type { FileRun } from './run-file.ts'

/** What the report quotes of a file's output at most. */
const maxQuotedLines = 200

export interface Totals {
  passed: number
  failed: number
  skipped: number
}

/** The lines about one file. */
export function fileReport(name: string, run: FileRun, verbose: boolean): string {
  const { passed, failures, skips, output } = run
  const failed = failures.length > 0
  const counts = [
    passed > 0 && `${passed} passed`,
    failed && `${failures.length} failed`,
    skips.length > 0 && `${skips.length} skipped`,
  ].filter(Boolean)
  const lines = [`${failed ? '✘' : '•'} ${name}  ${counts.join(', ')}`]
  for (const { test, message } of failures) {
    lines.push(`    ${test === '' ? '' : `"${test}": `}${message.replaceAll('\n', '\n    ')}`)
  }
  const printed = quote(output)
  if ((failed || verbose) && printed.length > 0) lines.push('    it printed:', ...printed)
  return lines.join('\n')
}

/** The last lines of an output, indented, without anything that would move a terminal's cursor. */
function quote(output: string): string[] {
  const text = stripVTControlCharacters(output).replaceAll(/[^\P{Cc}\n\t]/gv, '�').trimEnd()
  if (text === '') return []
  const lines = text.split('\n')
  const omitted = lines.length - maxQuotedLines
  return [...(omitted > 0 ? [`(${omitted} lines omitted)`] : []), ...lines.slice(-maxQuotedLines)].map((line) => `    | ${line}`)
}

/** Every reason for a skip, with how many tests of which files it kept from running. */
export function skipReport(runs: ReadonlyMap<string, FileRun>): string[] {
  const byReason = new Map<string, string[]>()
  for (const [name, { skips }] of runs) {
    for (const { reason } of skips) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  return [...byReason].map(
    ([reason, names]) => `skipped ${names.length}: ${reason} (${[...new Set(names)].toSorted().join(', ')})`,
  )
}

/** What failed at first and passed when it was tried again. */
export function unsteadyReport(firstTries: ReadonlyMap<string, FileRun>, runs: ReadonlyMap<string, FileRun>): string[] {
  return [...firstTries].flatMap(([name, { failures }]) => {
    if ((runs.get(name)?.failures.length ?? 0) > 0) return []
    const tests = failures.map(({ test }) => (test === '' ? 'the file itself' : `"${test}"`))
    return [`unsteady: ${name} passed only at its second try; at first failed ${tests.join(', ')}`]
  })
}

/** The time of each file, the slowest first. */
export function timeReport(runs: ReadonlyMap<string, FileRun>): string[] {
  return [...runs]
    .toSorted(([, a], [, b]) => b.durationMs - a.durationMs)
    .map(([name, { durationMs }]) => `${(durationMs / 1000).toFixed(2).padStart(8)} s  ${name}`)
}

export function totals(runs: Iterable<FileRun>): Totals {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failures, skips } of runs) {
    sum.passed += passed
    sum.failed += failures.length
    sum.skipped += skips.length
  }
  return sum
}

/** The closing line, which scripts read. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
