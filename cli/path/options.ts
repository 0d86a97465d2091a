import { readFileSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import { type PathInput, pathOf, readPath, type ResolvedPath } from '../../src/spec/index.ts'
import { reasonOf } from '../errors/reason-of.ts'

/** What a command line says of a link. */
export interface LinkWords {
  rate?: string
  rtt?: string
  limit?: string
  loss?: string
  jitter?: string
  duplicate?: string
}

export interface PathWords extends LinkWords {
  queue?: string
  ecn?: string
  clients?: number
  servers?: number
  mtu?: string
  seed?: number
}

const keys = ['rate', 'rtt', 'limit', 'loss', 'jitter', 'duplicate', 'queue', 'ecn', 'clients', 'servers', 'mtu', 'seed'] as const

/** The path of a file, or of the command line. */
export function pathFrom(spec: string | undefined, words: PathWords): ResolvedPath {
  const given = keys.filter((key) => words[key] !== undefined)
  if (spec === undefined) {
    if (given.length > 0) return pathOf(inputOf(words))
    throw new UsageError('nothing says what the path is', { hint: 'give a file, or --rate 100mbit --rtt 20ms' })
  }
  if (given.length > 0) throw new UsageError(`${spec} says what the path is: leave --${given.join(' and --')} out, or the file`)
  return readPath({ file: spec, text: readText(spec) })
}

function inputOf({ limit, queue = 'droptail', ecn, rate, rtt, loss, jitter, duplicate, clients, servers, mtu, seed }: PathWords): PathInput {
  const marks = ecn === undefined ? undefined : ecn === 'on' ? true : { step: ecn }
  const given = { rate, rtt, loss, jitter, duplicate, clients, servers, mtu, seed }
  return said({ ...given, queue: said({ limit, ecn: marks, [queue]: {} }) })
}

/** Without what was not said. */
const said = (words: object): object => Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined))

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${reasonOf(error)}`, { cause: error })
  }
}
