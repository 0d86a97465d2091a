import { CcdkError } from '../../errors/index.ts'
import { rateOf, type RateOptions } from '../../link-model/index.ts'
import { type Around, headerBytes, within } from './context.ts'
import type { RateSpec } from './schema.ts'

/** What a line of a trace stands for, whatever the path's own largest packet is. */
const largePacket = 1500

export function resolveRate(spec: RateSpec, around: Around): RateOptions {
  const { error, keys } = around
  if (typeof spec === 'number') {
    if (spec === 0) throw error(keys, 'expected more than 0: a link that never sends anything is none')
    return { kind: 'constant', rate: spec }
  }
  const options = spec.trace === undefined ? resolveSteps(spec, around) : resolveTrace(spec.trace, within(around, 'trace'))
  if (options.kind === 'trace' && spec.every !== undefined) {
    throw error([...keys, 'every'], 'a trace starts again after its last line: leave this out')
  }
  return options
}

function resolveSteps({ steps = [], every }: Exclude<RateSpec, number>, { error, keys }: Around): RateOptions {
  const options: RateOptions = { kind: 'steps', steps, ...(every === undefined ? {} : { period: every }) }
  try {
    rateOf(options)
  } catch (problem) {
    if (!(problem instanceof CcdkError)) throw problem
    throw error([...keys, 'steps'], problem.message)
  }
  return options
}

function resolveTrace(file: string, { readFile }: Around): RateOptions {
  const options: RateOptions = { kind: 'trace', text: readFile(file), file, opportunity: largePacket + headerBytes }
  rateOf(options)
  return options
}
