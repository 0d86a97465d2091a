import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a condition holds, and throws when it does not within ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`)
    await sleep(5)
  }
}
