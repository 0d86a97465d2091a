import { setTimeout as sleep } from 'node:timers/promises'
import { usedBy } from '../top/process-cost.ts'
import { TopOnPty } from '../top/pty.ts'
import { watchedMachine } from '../top/machine.ts'

const sizes = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const

/** How each view is reached: by keys once something is shown, NAME being that of the algorithm. */
const views = [
  { view: 'registered', args: ['--view', 'registered'], keys: [] },
  { view: 'sockets', args: ['--view', 'sockets'], keys: [] },
  { view: 'flow', args: ['--view', 'sockets', '--filter', 'acked>100kb'], keys: [{ keys: '', until: /NAME/ }, { keys: '\r', until: /─ .*Round trip/ }] },
  {
    view: 'detail',
    args: ['--view', 'registered'],
    keys: [
      { keys: '/', until: /filter/ },
      { keys: 'NAME', until: /NAME/ },
      { keys: '\r', until: /1 of \d+/ },
      { keys: '\r', until: /─ .*Variables/ },
    ],
  },
] as const

/** So long until V8 has compiled what runs often, and so long it is measured. */
const [warmSeconds, seconds] = [10, 20]

const has = (what: RegExp) => (shown: readonly string[]): boolean => shown.some((line) => what.test(line))

/** What `ccdk top` takes at 4 Hz with 200 sockets: of one core, the kernel's part too, and of memory at the most. */
export async function topCost(): Promise<string> {
  await using machine = await watchedMachine(100)
  const lines: string[] = []
  for (const { view, args, keys } of views) {
    for (const [columns, rows] of sizes) {
      await using top = new TopOnPty(columns, rows, ['--period', '250ms', ...args])
      await top.until(has(/─ .*(?:Registered|Sockets)/))
      for (const { keys: pressed, until } of keys) {
        top.press(pressed.replace('NAME', machine.name))
        await top.until(has(new RegExp(until.source.replace('NAME', machine.name))))
      }
      await sleep(1000 * warmSeconds)
      const { pid } = top
      const before = usedBy(pid)
      const start = performance.now()
      await sleep(1000 * seconds)
      const after = usedBy(pid)
      const share = (100_000 * (after.seconds - before.seconds)) / (performance.now() - start)
      lines.push(`  ${`${view} ${columns}×${rows}`.padEnd(26)} ${share.toFixed(1).padStart(5)} % of one core, ${after.peakMb.toFixed(0)} MB at the most`)
    }
  }
  return `What ccdk top takes, 200 sockets at 4 Hz\n${lines.join('\n')}\n`
}
