import { cleanUp, type RunFound } from '../../src/journal/index.ts'
import type { Output } from '../output/output.ts'

/** Undoes what killed runs have left before another one begins, and says so. Answers the runs that are going on. */
export async function cleanUpFirst(output: Output): Promise<RunFound[]> {
  const { runs, refused } = await cleanUp()
  for (const { state, command, pid, things } of runs) {
    if (state !== 'ended') continue
    for (const { what, outcome, reason } of things) {
      const left = `${what}, which ccdk ${command} (process ${pid}) left when it was killed`
      output.note(outcome === 'undone' ? `undid the ${left}` : `could not undo the ${left}: ${reason}`)
    }
  }
  for (const { reason } of refused) output.note(reason)
  return runs.filter(({ state }) => state === 'running')
}
