import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { readCorpus } from './corpus.ts'
import { type Finding, unfinished } from './input.ts'
import type { Report, Work } from './worker.ts'

export interface FuzzOptions {
  corpus: Work['corpus']
  seed: number
  /** The number of the first input; 0 unless one is to be run again. */
  first?: number
  inputs: number
  threads: number
  /** Ends it before, seconds. */
  seconds: number
  onFinding?: (finding: Finding) => void
  /** A thread that is still at the same input by then, hangs. Of its own time each input may take 1 s. */
  hangsAfterMs?: number
  /** What the heap of a thread may grow to. */
  heapMb?: number
  /** What runs in each thread. */
  worker?: URL
}

export interface FuzzResult {
  ran: number
  /** How many of them were taken for whole. */
  read: number
  seconds: number
  byTarget: Map<string, { ran: number; read: number }>
  findings: Finding[]
}

const lookEveryMs = 200

/** Runs inputs in threads that are ended, and begun anew behind the input, when one hangs or takes too much memory. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const start = performance.now()
  const result: FuzzResult = { ran: 0, read: 0, seconds: 0, byTarget: new Map(), findings: [] }
  const until = start + options.seconds * 1000
  await Promise.all(Array.from({ length: options.threads }, (_, thread) => runThread(thread, options, until, result)))
  result.seconds = (performance.now() - start) / 1000
  return result
}

async function runThread(thread: number, options: FuzzOptions, until: number, result: FuzzResult): Promise<void> {
  const { first = 0, inputs, threads: step, corpus, seed } = options
  for (let from: number | undefined = first + thread; from !== undefined; ) {
    from = await runFrom({ corpus, seed, from, to: first + inputs, step, at: new SharedArrayBuffer(4) }, options, until, result)
  }
}

/** Runs one worker to its end. Answers where to go on when it had to be ended at an input. */
async function runFrom(work: Work, options: FuzzOptions, until: number, result: FuzzResult): Promise<number | undefined> {
  const { hangsAfterMs = 30_000, heapMb = 768, worker: program = new URL('worker.ts', import.meta.url) } = options
  const worker = new Worker(program, { workerData: work, resourceLimits: { maxOldGenerationSizeMb: heapMb } })
  const found = (finding: Finding) => {
    result.findings.push(finding)
    options.onFinding?.(finding)
  }
  let counted: Extract<Report, { ran: number }> = { ran: 0, read: 0, byTarget: {} }
  worker.on('message', (report: Report) => {
    if ('finding' in report) found(report.finding)
    else counted = report
  })
  const state = { ended: false, problem: '' }
  worker.on('error', (error) => (state.problem = `the thread ended: ${String(error)}`))
  worker.on('exit', () => (state.ended = true))
  const place = new Int32Array(work.at)
  let [at, since] = [-1, performance.now()]
  while (!state.ended && performance.now() < until) {
    await wait(lookEveryMs)
    const now = Atomics.load(place, 0)
    if (now !== at) [at, since] = [now, performance.now()]
    else if (!state.ended && performance.now() - since > hangsAfterMs) {
      state.problem = 'it does not end'
      break
    }
  }
  await worker.terminate()
  count(result, counted)
  if (state.problem === '') return undefined
  const index = Atomics.load(place, 0)
  found(unfinished(work.seed, index, readCorpus(work.corpus), state.problem))
  return index + work.step
}

function count(result: FuzzResult, { ran, read, byTarget }: Extract<Report, { ran: number }>): void {
  result.ran += ran
  result.read += read
  for (const [name, counts] of Object.entries(byTarget)) {
    const known = result.byTarget.get(name) ?? { ran: 0, read: 0 }
    result.byTarget.set(name, { ran: known.ran + counts.ran, read: known.read + counts.read })
  }
}
