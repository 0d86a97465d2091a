import { existsSync } from 'node:fs'
import { UnsupportedKernelError } from '../../src/errors/index.ts'
import type { LinuxTarget } from '../../src/kernel/index.ts'
import { describeMap, type StructOpsEntry, unregister } from '../../src/structops/index.ts'
import { pause } from '../interrupted.ts'

/** How long the kernel may take to free a link that nothing holds any more, ms. */
const patience = 2000
const interval = 20

/**
 * Unregisters, and removes the pins of its links: what they keep registers nothing any more, and would be in the way of
 * the next. Without an entry there are but pins to remove.
 */
export async function takeAway(
  target: LinuxTarget,
  entry: StructOpsEntry | undefined,
  pins: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let refusal: UnsupportedKernelError | undefined
  try {
    // A pin may be all that is left of it.
    if (entry !== undefined && (entry.registered || pins.length === 0)) unregister(target, entry)
  } catch (error) {
    if (!(error instanceof UnsupportedKernelError) || pins.length === 0) throw error
    refusal = error
  }
  for (const pin of pins) {
    // One BPF file system may be mounted in two places, and then both paths are the same pin.
    if (existsSync(pin)) target.unpin(pin)
  }
  // An older kernel cannot detach a link, but without its pin it goes by itself, unless a process holds it too.
  if (refusal === undefined || entry === undefined) return
  const deadline = performance.now() + patience
  while (describeMap(target, entry.mapId)?.registered === true) {
    if (performance.now() > deadline) throw refusal
    await pause(interval, signal)
  }
}
