import type { LoadedObject } from '../../../src/loader/index.ts'

const attempts = 5

/**
 * Does something with a loaded object again when it fails and the kernel says that it did not run a program: a program of
 * a perf event is left out while another one runs on the same processor, or a call of bpf(2) that was interrupted.
 */
export async function unlessMissed<T>({ programs, target }: LoadedObject, work: () => Promise<T>): Promise<T> {
  const missed = (): bigint => [...programs.values()].reduce((sum, { handle }) => sum + target.objects.programInfo(handle).recursionMisses, 0n)
  for (let left = attempts; ; left -= 1) {
    const before = missed()
    try {
      return await work()
    } catch (error) {
      if (left === 0 || missed() === before) throw error
    }
  }
}
