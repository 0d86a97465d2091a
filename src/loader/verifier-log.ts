import { poisonCall } from '../core-relo/index.ts'
import type { PoisonedAccess } from './prepare/code.ts'

// The lines that end a log whatever the verdict: counts, not reasons.
const statistics = /^(processed \d+ insns|verification time|stack depth|mark_precise|\s*$)/

/**
 * The verdict of a verifier's log in one sentence: the line that says why, the instruction and the source line that it
 * stands at. An access that CO-RE could not resolve is called by its name.
 */
export function summarizeVerifierLog(log: string, poisoned: readonly PoisonedAccess[] = []): string {
  const lines = log.split('\n').filter((line) => !statistics.test(line))
  const reason = lines.at(-1)?.trim()
  if (reason === undefined || reason === '') return 'it gave no reason'
  const source = lines.findLast((line) => line.startsWith('; '))
  const instruction = lines.findLast((line) => /^\d+: /.test(line))?.trim()
  const missing = reason.includes(`#${poisonCall}`) ? missingAccess(poisoned) : reason
  const places = [
    source !== undefined && sourcePlace(source),
    instruction !== undefined && instruction !== reason && `instruction ${instruction}`,
  ]
  return [missing, ...places.filter((place) => place !== false)].join(', ')
}

/** `; text @ file:line`, as kernels from 6.10 on write it, as `at file:line "text"`; older ones have only the text. */
function sourcePlace(line: string): string {
  const [, text = '', place] = /^; (.*?)(?: @ (\S+:\d+))?$/.exec(line.trimEnd()) ?? []
  return place === undefined ? `at "${text.trim()}"` : `at ${place} "${text.trim()}"`
}

function missingAccess(poisoned: readonly PoisonedAccess[]): string {
  const names = [...new Set(poisoned.map(({ access }) => access))]
  return `the kernel has no ${names.join(' or no ')}, and the program does not check that before it reads it`
}
