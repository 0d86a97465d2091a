import type { Target } from '../../src/loader/index.ts'
import { describeMap, type Registration } from '../../src/structops/index.ts'
import { Interrupted, pause } from '../interrupted.ts'
import type { Output } from '../output.ts'

/** How often it looks whether somebody else has unregistered what it holds, ms. */
const interval = 500

/** Keeps links that live as long as this process, until it is asked to end or all are unregistered by others. */
export async function hold(
  registrations: readonly Registration[],
  target: Target,
  signal: AbortSignal,
  output: Output,
): Promise<void> {
  output.note('A link without a pin lives as long as this command, which waits now. --pin keeps it beyond that.')
  const names = registrations.map(({ name, ops }) => name ?? ops.spec.name).join(', ')
  try {
    while (registrations.some(({ mapId }) => describeMap(target, mapId)?.registered === true))
      await pause(interval, signal)
    output.note(`${names}: unregistered by somebody else`)
  } catch (error) {
    for (const registration of registrations) registration.unregister()
    if (error instanceof Interrupted) output.note(`${names}: unregistered`)
    throw error
  }
}
