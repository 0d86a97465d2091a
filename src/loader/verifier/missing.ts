import { poisonCall } from '../../core-relo/index.ts'
import { POISON } from '../code/poison.ts'
import type { PoisonedAccess } from '../prepare/code.ts'

/** What a program's instructions were made to call where something is missing, so that it can be called by its name. */
export interface Poisoned {
  readonly accesses: readonly PoisonedAccess[]
  /** Names of the object's maps and externs, in its order. */
  readonly maps: readonly string[]
  readonly externs: readonly string[]
}

/** Of a refusal for a call of a helper that was put there in place of something else. */
export function whatIsMissing(reason: string, { accesses, maps, externs }: Poisoned): string | undefined {
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
