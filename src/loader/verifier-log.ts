import { poisonCall } from '../core-relo/index.ts'
import { POISON } from './poison.ts'
import type { PoisonedAccess } from './prepare/code.ts'

/** What a program's instructions were made to call where something is missing, so that it can be called by its name. */
export interface Poisoned {
  readonly accesses: readonly PoisonedAccess[]
  /** Names of the object's maps and externs, in its order. */
  readonly maps: readonly string[]
  readonly externs: readonly string[]
}

// The lines that end a log whatever the verdict: counts, not reasons.
const statistics = /^(processed \d+ insns|verification time|stack depth|mark_precise|\s*$)/

/**
 * The verdict of a verifier's log in one sentence: the line that says why, the instruction and the source line that it
 * stands at. What is missing, such as a field or a map, is called by its name.
 */
export function summarizeVerifierLog(log: string, poisoned?: Poisoned): string {
  const lines = log.split('\n').filter((line) => !statistics.test(line))
  const reason = lines.at(-1)?.trim()
  if (reason === undefined || reason === '') return 'it gave no reason'
  const source = lines.findLast((line) => line.startsWith('; '))
  const instruction = lines.findLast((line) => /^\d+: /.test(line))?.trim()
  const missing = poisoned === undefined ? undefined : whatIsMissing(reason, poisoned)
  const places = [
    source !== undefined && sourcePlace(source),
    instruction !== undefined && instruction !== reason && `instruction ${instruction}`,
  ]
  return [missing ?? reason, ...places.filter((place) => place !== false)].join(', ')
}

/** `; text @ file:line`, as kernels from 6.10 on write it, as `at file:line "text"`; older ones have only the text. */
function sourcePlace(line: string): string {
  const [, text = '', place] = /^; (.*?)(?: @ (\S+:\d+))?$/.exec(line.trimEnd()) ?? []
  return place === undefined ? `at "${text.trim()}"` : `at ${place} "${text.trim()}"`
}

/** Of a refusal for a call of a helper that was put there in place of something else. */
function whatIsMissing(reason: string, { accesses, maps, externs }: Poisoned): string | undefined {
  const number = Number(/#(\d+)/.exec(reason)?.[1] ?? 0)
  if (number === poisonCall) {
    const names = [...new Set(accesses.map(({ access }) => access))]
    return `the kernel has no ${names.join(' or no ')}, and the program does not check that before it reads it`
  }
  const map = maps[number - POISON.MAP]
  if (map !== undefined) return `the program uses map "${map}", which was not to be created`
  const extern = externs[number - POISON.FUNCTION]
  return extern && `the kernel has no function "${extern}", and the program does not check that before it calls it`
}
