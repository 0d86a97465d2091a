import { getHeapStatistics } from 'node:v8'
import { CcdkError } from '../../src/errors/index.ts'
import type { FuzzCase, FuzzTarget } from './case.ts'
import type { Seed } from './corpus.ts'
import { describe, edited, type Edit } from './mutate.ts'
import { Random } from './random.ts'
import { documents } from './targets/documents.ts'
import { kernels, links, logs, objects } from './targets/objects.ts'
import { packets } from './targets/packets.ts'
import { recordings } from './targets/recordings.ts'
import { sockets } from './targets/sockets.ts'
import { extension, splitTypes, types, values } from './targets/types.ts'

const targets = [objects, types, kernels, links, splitTypes, values, extension, logs, packets, documents, sockets, recordings]
const turns: readonly FuzzTarget[] = targets.flatMap((target) => Array.from({ length: target.share }, () => target))

/** An input that was neither read nor refused as it should be. */
export interface Finding {
  seed: number
  index: number
  target: string
  from: string
  /** The changes that are needed, at least. */
  changes: string[]
  problem: string
  input: Uint8Array
}

/** What an input may take, of the thread's own time: a machine that is busy with other things changes nothing. */
const longestMs = 1000
/** Bytes outside of the heap, whose limit is the worker's: a little more than an object may have of data. */
const mostMemory = 1.25 * 2 ** 30

/** Runs the input of a number, and says what is wrong with what came of it. The outcome is the target and whether it was read. */
export function runInput(seed: number, index: number, corpus: readonly Seed[]): Finding | { target: string; isRead: boolean } {
  const { target, made } = caseOf(seed, index, corpus)
  const { problem, isRead } = attempt(made, made.edits)
  if (problem === undefined) return { target, isRead }
  return findingOf(seed, index, { target, made, problem, needed: shrink(made, problem) })
}

/** What is to be said of an input that could not be run to its end. */
export function unfinished(seed: number, index: number, corpus: readonly Seed[], problem: string): Finding {
  const { target, made } = caseOf(seed, index, corpus)
  return findingOf(seed, index, { target, made, problem, needed: made.edits })
}

function caseOf(seed: number, index: number, corpus: readonly Seed[]): { target: string; made: FuzzCase } {
  const random = new Random(seed, index)
  const target = random.pick(turns)
  return { target: target.name, made: target.make(random, corpus) }
}

interface Found {
  target: string
  made: FuzzCase
  problem: string
  needed: readonly Edit[]
}

const findingOf = (seed: number, index: number, { target, made, problem, needed }: Found): Finding => ({
  seed,
  index,
  target,
  from: made.from,
  changes: needed.map(describe),
  problem,
  input: edited(made.bytes, needed),
})

function attempt(made: FuzzCase, changes: readonly Edit[]): { problem?: string; isRead: boolean } {
  const start = process.threadCpuUsage()
  const before = getHeapStatistics().external_memory
  let isRead = true
  try {
    made.run(edited(made.bytes, changes))
  } catch (error) {
    isRead = false
    if (!(error instanceof CcdkError)) return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error), isRead }
    if (error.message === '') return { problem: `a ${error.name} that says nothing`, isRead }
  }
  const { user, system } = process.threadCpuUsage(start)
  const took = (user + system) / 1000
  if (took > longestMs) return { problem: `it took ${took.toFixed(0)} ms`, isRead }
  const memory = getHeapStatistics().external_memory - before
  if (memory > mostMemory) return { problem: `it took ${memory} bytes of memory`, isRead }
  return { isRead }
}

/** The changes without those that make no difference. */
function shrink(made: FuzzCase, problem: string): Edit[] {
  const sort = (text = '') => text.split('\n', 1)[0]?.replaceAll(/\d+/g, 'n')
  let needed = made.edits
  for (const change of made.edits) {
    const fewer = needed.filter((other) => other !== change)
    if (sort(attempt(made, fewer).problem) === sort(problem)) needed = fewer
  }
  return needed
}
