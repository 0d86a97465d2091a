import { UsageError } from '../../src/errors/index.ts'
import { Journal } from '../../src/journal/index.ts'
import type { Target } from '../../src/loader/index.ts'
import { listStructOps } from '../../src/structops/index.ts'
import { cleanUpFirst } from '../cleanup/first.ts'
import type { Output } from '../output/output.ts'

/** What a demo calls its maps. */
export const demoMapName = `demo_${process.pid}`

/**
 * Begins the journal of a demo. A name belongs to the whole machine: what a killed demo has left registered is taken
 * away; what is anybody else's is left alone, and the demo does not begin.
 */
export async function beginDemo(names: readonly string[], target: Target, output: Output): Promise<Journal> {
  const taken = () => listStructOps(target).find(({ registered, name }) => registered && name !== null && names.includes(name))
  // Who may not even look is told so before anything is written.
  taken()
  const others = await cleanUpFirst(output)
  const entry = taken()
  if (entry === undefined) return Journal.begin('demo')
  const other = others.find(({ things }) => things.some((thing) => thing.entry.kind === 'registration' && thing.entry.map === entry.mapId))
  if (other !== undefined) {
    throw new UsageError(`another demo is running, as process ${other.pid}, and uses the name "${entry.name}"`, {
      hint: 'wait until it has ended',
    })
  }
  throw new UsageError(`"${entry.name}" is registered already (map ${entry.mapId}), and the demo uses that name`, {
    hint: `take it away first: ccdk unregister ${entry.name}`,
  })
}
