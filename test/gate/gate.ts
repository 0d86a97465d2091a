import { readFile } from 'node:fs/promises'
import { limitOf } from './directive.ts'
import { type TestFile, findTests } from './find.ts'
import type { GateOptions } from './options.ts'
import { installMissing, needsNamedIn } from './packages.ts'
import { ProcessGroup } from './processes.ts'
import { type Totals, fileReport, skipReport, timeReport, totals, unsteadyReport } from './report.ts'
import { type FileRun, runFile } from './run-file.ts'

/** Where the gate writes: the report is data, what it does on the way is not. */
export interface GateOutput {
  report: (text: string) => void
  tell: (text: string) => void
}

interface Job extends TestFile {
  limitMs: number
}

/** When more files fail than this, it is not for the machine's other work, and none is tried again. */
const mostTriedAgain = 5

/**
 * Finds the tests, installs what they need, runs them and reports.
 *
 * @param signal stops the run: what is running is killed, and nothing else starts
 */
export async function runGate(options: GateOptions, output: GateOutput, signal: AbortSignal): Promise<Totals> {
  const files = findTests(options)
  const sources = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')))
  const jobs = files.map((file, index): Job => {
    return { ...file, limitMs: limitOf(file.name, sources[index] ?? '') ?? options.limitMs }
  })
  await installMissing(needsNamedIn(sources), output.tell)

  signal.addEventListener('abort', () => ProcessGroup.killAll())
  const runs = new Map<string, FileRun>()
  const runOne = async ({ path, name, limitMs }: Job): Promise<void> => {
    const run = await runFile({ file: path, limitMs, strict: options.strict })
    runs.set(name, run)
    output.report(fileReport(name, run, options.verbose))
  }
  const unit = jobs.filter(({ kind }) => kind === 'unit')
  await inLanes(options.jobs, unit, runOne, signal)
  const others = jobs.filter(({ kind }) => kind !== 'unit')
  await inLanes(1, others, runOne, signal)

  // What real traffic, other processes and timers fail now and then is tried again alone, and told in any case.
  const failed = jobs.filter(({ name }) => (runs.get(name)?.failures.length ?? 0) > 0)
  const again = options.tries > 1 && failed.length <= mostTriedAgain ? failed : []
  const firstTries = new Map([...runs].filter(([name]) => again.some((job) => job.name === name)))
  if (again.length > 0) output.report(`\n${again.length} failed and will be tried again, alone`)
  await inLanes(1, again, runOne, signal)

  const closing = [...(options.verbose ? timeReport(runs) : []), ...skipReport(runs), ...unsteadyReport(firstTries, runs)]
  output.report(['', ...closing].join('\n'))
  return totals(runs.values())
}

/** Works through the jobs in order, with so many at a time. */
async function inLanes<T>(
  lanes: number,
  jobs: readonly T[],
  work: (job: T) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const queue = jobs.values()
  const lane = async (): Promise<void> => {
    // The lanes share one iterator, so each job is taken once.
    for (const job of queue) {
      if (signal.aborted) return
      await work(job)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
