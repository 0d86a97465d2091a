import { basename } from 'node:path'
import { UsageError } from '../../src/errors/index.ts'
import { type ExperimentFile, type ExperimentInput, experimentOf } from '../../src/experiment/index.ts'

export interface QuickOptions {
  rate: string
  rtt: string
  limit: string
  ecn?: string
  loss?: string
  flows: number
  seconds: number
  mixed?: boolean
  late: string
}

/** The experiment that two names and a few options stand for, as a file would say it. */
export function quickExperiment([a, b]: readonly [string, string], options: QuickOptions): ExperimentFile {
  const { rate, rtt, limit, ecn, loss, flows, seconds, mixed = false, late } = options
  if (mixed && flows % 2 === 1) throw new UsageError(`--mixed parts the flows among the arms, and ${flows} is odd`, { hint: `take --flows ${flows + 1}` })
  const input: ExperimentInput = {
    name: `${shortName(a)}-vs-${shortName(b)}`,
    arms: { A: armOf(a), B: armOf(b) },
    path: { rate, rtt, queue: { limit, ...(ecn === undefined ? {} : { ecn: { step: ecn } }) }, ...(loss === undefined ? {} : { loss }) },
    workload: [{ bulk: { flows, seconds } }],
    late,
    designs: mixed ? ['alone', 'mixed'] : ['alone'],
  }
  return { spec: experimentOf(input), source: { file: 'quick.yaml', text: `${JSON.stringify(input, undefined, 2)}\n` }, named: new Map() }
}

/** What ends like an object, or lies in a directory, is a file. */
const isFile = (name: string): boolean => name.endsWith('.o') || name.includes('/')

/** An arm as a command line names it: an algorithm by its name, or an object file. */
export const armOf = (name: string): { cc?: string; object?: string } => (isFile(name) ? { object: name } : { cc: name })

const shortName = (name: string): string => basename(name).replace(/(?:\.bpf)?\.o$/, '').replaceAll(/[^\w-]/g, '-').slice(0, 24) || 'arm'
