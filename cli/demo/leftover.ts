import { existsSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import type { Target } from '../../src/loader/index.ts'
import { listStructOps, unregister } from '../../src/structops/index.ts'
import type { Output } from '../output/output.ts'

/** A demo calls its maps after its process, so that another can tell what a killed one has left. */
export const demoMapName = `demo_${process.pid}`

/**
 * A name belongs to the whole machine. What a killed demo has left registered is taken away; what is anybody else's is
 * left alone, and the demo does not begin.
 */
export function makeRoomFor(names: readonly string[], target: Target, output: Output): void {
  for (const entry of listStructOps(target)) {
    if (!entry.registered || entry.name === null || !names.includes(entry.name)) continue
    const pid = /^demo_(?<pid>\d+)$/.exec(entry.map)?.groups?.['pid']
    if (pid === undefined) {
      throw new UsageError(`"${entry.name}" is registered already (map ${entry.mapId}), and the demo uses that name`, {
        hint: `take it away first: ccdk unregister ${entry.name}`,
      })
    }
    if (existsSync(`/proc/${pid}`)) {
      throw new UsageError(`another demo is running, as process ${pid}, and uses the name "${entry.name}"`, {
        hint: `wait until it has ended; if process ${pid} is no demo: ccdk unregister ${entry.name}`,
      })
    }
    unregister(target, entry)
    output.note(`took away ${entry.name} (map ${entry.mapId}), which a demo that was killed had left registered`)
  }
}
