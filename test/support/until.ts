import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a condition holds, and throws when it does not within a minute, which is long, for a machine that is busy. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 60 s: ${what}`)
    await sleep(5)
  }
}
