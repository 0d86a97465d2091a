/**
 * The queues whose last socket this thread has closed, and until when (ms of `performance.now`) they may stay taken: the
 * kernel frees them some time later, ten seconds and more on a machine that is busy. Sockets of others may be about to be
 * freed too.
 */
const leaving = new Map<string, number>()
const ownPatienceMs = 20_000
const othersPatienceMs = 200

/** The last socket of a queue is about to be closed. */
export function leave(place: string): void {
  const now = performance.now()
  for (const [other, until] of leaving) if (until <= now) leaving.delete(other)
  leaving.set(place, now + ownPatienceMs)
}

/** A queue has a socket again. */
export const arrive = (place: string): boolean => leaving.delete(place)

/** How long a queue that is taken is worth waiting for. */
export const patienceFor = (place: string): number => Math.max(othersPatienceMs, (leaving.get(place) ?? 0) - performance.now())
