import { type Cleaned, type Found, journalDirectory, type RunFound } from '../../src/journal/index.ts'
import type { Output } from '../output/output.ts'

/** Says what was undone, what could not be, and whose things were left alone. */
export function tellCleaned({ runs, refused }: Cleaned, dryRun: boolean, output: Output): void {
  const directory = journalDirectory()
  output.document({ directory, dryRun, runs, refused })
  for (const run of runs) printRun(run, dryRun, output)
  for (const { path, reason } of refused) output.error(`ccdk: the journal ${path}: ${reason}`)
  if (!runs.some(({ state }) => state === 'ended')) output.print('no command that was killed has left anything')
  if (process.geteuid?.() !== 0) output.note(`only what your own commands left is known, by the journals in ${directory}`)
  if (refused.length > 0 || runs.some(({ things }) => things.some(isFailed))) output.exitCode = 1
}

const isFailed = ({ outcome }: Found): boolean => outcome === 'failed'

function printRun(run: RunFound, dryRun: boolean, output: Output): void {
  const who = `ccdk ${run.command} (process ${run.pid}, begun ${new Date(run.at).toISOString()})`
  const words = { running: 'is running, and what it made is left alone', another: 'was killed, and another cleanup undoes this', ended: 'was killed' }
  output.print(`${who} ${words[run.state]}`)
  const there = run.state === 'ended' ? 'to undo' : 'left'
  const word = { undone: output.style('green', 'undone'), there, failed: output.style('red', 'failed') }
  for (const { what, outcome, reason } of run.things) {
    output.print(`  ${word[outcome]}  ${what}${reason === null ? '' : `: ${reason}`}`)
  }
  if (!dryRun && run.things.some(isFailed)) output.print(`  what could not be undone stays in ${run.path}`)
}
