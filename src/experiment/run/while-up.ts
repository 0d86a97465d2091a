import type { Path } from '../../emulator/index.ts'
import { causeOf } from '../../testbed/index.ts'

/**
 * Some work on a path. When a part of the path ends, or the signal fires, the work's own signal does: it stops what it has
 * started before this rejects with the reason, so that nothing of it goes on beside what comes next.
 */
export async function whileUp<T>(path: Pick<Path, 'failed' | 'hosts'>, signal: AbortSignal, work: (ended: AbortSignal) => Promise<T>): Promise<T> {
  const broken = new AbortController()
  void path.failed.then((error) => broken.abort(error))
  const ended = AbortSignal.any([signal, broken.signal])
  try {
    ended.throwIfAborted()
    return await work(ended)
  } catch (error) {
    ended.throwIfAborted()
    throw await causeOf(error, path.hosts.map(({ host }) => host))
  }
}
