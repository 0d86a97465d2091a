/** A thread that runs inputs one after the other, and says in shared memory which it is at. */
import { parentPort, workerData } from 'node:worker_threads'
import { readCorpus } from './corpus.ts'
import { type Finding, runInput } from './input.ts'

export interface Work {
  corpus: 'committed' | 'all'
  seed: number
  /** It runs the inputs `from`, `from + step` … up to `to`. */
  from: number
  to: number
  step: number
  /** The number of the input that is being run. */
  at: SharedArrayBuffer
}

export type Report = { finding: Finding } | { ran: number; read: number; byTarget: Record<string, { ran: number; read: number }> }

const { corpus, seed, from, to, step, at }: Work = workerData
const seeds = readCorpus(corpus)
const place = new Int32Array(at)
const byTarget: Record<string, { ran: number; read: number }> = {}
let ran = 0
let read = 0
const reportEvery = 500

const report = () => {
  const sent: Report = { ran, read, byTarget }
  parentPort?.postMessage(sent, [])
}
for (let index = from; index < to; index += step) {
  Atomics.store(place, 0, index)
  const outcome = runInput(seed, index, seeds)
  ran += 1
  if ('problem' in outcome) {
    const sent: Report = { finding: outcome }
    parentPort?.postMessage(sent, [])
  } else {
    const known = (byTarget[outcome.target] ??= { ran: 0, read: 0 })
    known.ran += 1
    if (outcome.isRead) {
      known.read += 1
      read += 1
    }
  }
  if (ran % reportEvery === 0) report()
}
report()
