import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { type Found, find } from '../registered/find.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { linkPinsOf } from '../registered/pins-of.ts'
import { UsageError } from '../../src/errors/index.ts'
import { restoreDefault } from '../unregister/restore-default.ts'
import { tellUnregistered, type Unregistered } from '../unregister/tell.ts'
import { untilUnused } from '../unregister/wait.ts'
import { takeAway } from '../registered/take-away.ts'
import { describeMap } from '../../src/structops/index.ts'
import { usageOf } from '../registered/usage-of.ts'

interface Options {
  wait?: number | true
  restoreDefault?: string
}

export function configure(command: Command, output: Output): void {
  command
    .option('--wait [seconds]', 'wait until the last socket has let go, or for so long', seconds)
    .option('--restore-default <name>', 'give network namespaces whose default it is this one of the kernel\'s own')
    .action(async (names: string[], { wait, restoreDefault: other }: Options) => {
      using target = new LinuxTarget()
      using ended = interruption()
      // All are found before the first is taken away, so that a name that is none leaves everything.
      const found = distinct(names.map((name) => find(target, name)))
      const done: Unregistered[] = []
      for (const one of found) done.push(await takeOne(target, one, { wait, other }, ended.signal, output))
      const deadline = typeof wait === 'number' ? performance.now() + 1000 * wait : Infinity
      for (const one of done) if (wait !== undefined) await untilUnused(target, one, deadline, ended.signal, output)
      tellUnregistered(done, wait === undefined ? 'leave' : 'wait', output)
      if (wait !== undefined && done.some(({ refcnt }) => refcnt > 0)) output.exitCode = 1
    })
}

function seconds(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number >= 0) return number
  throw new UsageError(`--wait takes seconds, and "${text}" is none`, { hint: 'give it behind the names, or as --wait=10' })
}

/** The same map by two of its names is taken away once. */
function distinct(found: readonly Found[]): Found[] {
  return found.filter(({ entry, pin }, index) => {
    const isSame = (other: Found) => (entry === undefined ? other.pin === pin : other.entry?.mapId === entry.mapId)
    return found.findIndex(isSame) === index
  })
}

async function takeOne(
  target: LinuxTarget,
  { entry, pin }: Found,
  { wait, other }: { wait: Options['wait']; other: string | undefined },
  signal: AbortSignal,
  output: Output,
): Promise<Unregistered> {
  const pinsRemoved = [...new Set([...linkPinsOf(entry), ...(pin === null ? [] : [pin])])]
  // What was unregistered before can still be waited for.
  const before = wait !== undefined && entry !== undefined && !entry.registered && pinsRemoved.length === 0
  const restored = entry === undefined || other === undefined ? [] : restoreDefault(target, entry, other, output)
  if (!before) await takeAway(target, entry, pinsRemoved, signal)
  const left = entry === undefined ? undefined : describeMap(target, entry.mapId)
  const usage = left === undefined || left.refcnt === 0 ? null : usageOf(left)
  return { entry: entry ?? null, before, pinsRemoved, restored, usage, state: left?.state ?? 'gone', refcnt: left?.refcnt ?? 0 }
}
