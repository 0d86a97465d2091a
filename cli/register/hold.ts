import type { Target } from '../../src/loader/index.ts'
import type { Registration } from '../../src/structops/index.ts'
import { Interrupted, pause } from '../interrupted.ts'
import type { Output } from '../output/output.ts'

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
  const held = new Map(registrations.map((registration) => [registration, registration.mapId]))
  try {
    for (;;) {
      for (const [registration, before] of held) {
        const mapId = registeredMap(target, registration)
        if (mapId === 0) held.delete(registration)
        else held.set(registration, mapId)
        if (mapId !== 0 && mapId !== before) {
          output.note(`${registration.name ?? registration.ops.spec.name}: switched to map ${mapId} by somebody else`)
        }
      }
      if (held.size === 0) break
      await pause(interval, signal)
    }
    output.note(`${names}: unregistered by somebody else`)
  } catch (error) {
    for (const registration of registrations) registration.unregister()
    if (error instanceof Interrupted) output.note(`${names}: unregistered`)
    throw error
  }
}

/** What a link registers now: its first map, or another that it was given since, or 0 when it was detached. */
function registeredMap(target: Target, { linkId }: Registration): number {
  using link = target.objects.link(linkId ?? 0)
  const info = link === undefined ? undefined : target.objects.linkInfo(link)
  return info?.kind === 'struct_ops' ? info.mapId : 0
}
