import type { Target } from '../../src/loader/index.ts'
import { describeMap } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { pause } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { count } from '../output/units.ts'
import { usageLines, usageOf } from '../registered/usage-of.ts'
import type { Unregistered } from './tell.ts'

/** How often it looks, ms. */
const interval = 100

/**
 * Waits until nothing refers to what was unregistered, and tells what does whenever that has changed. A map that others
 * hold stays, but no socket uses it any more.
 */
export async function untilUnused(
  target: Target,
  one: Unregistered,
  deadline: number,
  signal: AbortSignal,
  output: Output,
): Promise<void> {
  const { entry } = one
  if (entry === null) return
  for (let told = 0; ; ) {
    const left = describeMap(target, entry.mapId)
    one.state = left?.state ?? 'gone'
    one.refcnt = left?.refcnt ?? 0
    if (left === undefined || left.refcnt === 0) {
      one.usage = null
      return
    }
    if (performance.now() > deadline) {
      one.usage = usageOf(left)
      return
    }
    if (left.refcnt !== told) output.note(`  ${entryName(left)}: state ${left.state}, ${count(left.refcnt, 'reference')}: waiting`)
    if (told === 0 && one.usage !== null) for (const line of usageLines(one.usage)) output.note(`  ${line}`)
    told = left.refcnt
    await pause(interval, signal)
  }
}
