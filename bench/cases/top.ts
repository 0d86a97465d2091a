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
      { keys: '\r', until: /Variables/ },
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

/** Keys, and what of the screen each changes: the row of the cursor, the mark of the column by which is sorted, the last line. */
const answers: readonly { key: string; part: (lines: readonly string[]) => string }[] = (() => {
  const cursor = (lines: readonly string[]): string => String(lines.findIndex((line, y) => y > 3 && /\p{Cc}\[(?:\d+;)*7m/u.test(line)))
  const header = (lines: readonly string[]): string => lines[3] ?? ''
  const foot = (lines: readonly string[]): string => lines.at(-1) ?? ''
  return [
    ...['j', 'j', 'j', 'k', 'j', 'k', 'k', 'k'].map((key) => ({ key, part: cursor })),
    ...['s', 's', 'S', 'S'].map((key) => ({ key, part: header })),
    ...['/', 'x', '\u007F', '\r'].map((key) => ({ key, part: foot })),
  ]
})()

/** From when a key is written to the terminal until what it changes has come back, with ten thousand sockets and a look each second. */
export async function topKeys(): Promise<string> {
  await using machine = await watchedMachine(10_000)
  await using top = new TopOnPty(120, 40, ['--view', 'sockets', '--netns', String(machine.bed.client.pid)])
  await top.until(has(/10.?000 sockets/))
  await sleep(1000 * warmSeconds)
  const before = { ...usedBy(top.pid), at: performance.now() }
  const times: number[] = []
  for (let pressed = 0; pressed < 128; pressed += 1) {
    const { key, part } = answers[pressed % answers.length] ?? { key: 'j', part: String }
    // At any moment of the period, and so also while the kernel lists the sockets.
    await sleep(50 + ((pressed * 97) % 250))
    const was = part(top.screen)
    const start = performance.now()
    top.press(key)
    await top.until((lines) => part(lines) !== was)
    times.push(performance.now() - start)
  }
  const after = usedBy(top.pid)
  const share = (100_000 * (after.seconds - before.seconds)) / (performance.now() - before.at)
  const sorted = times.toSorted((a, b) => a - b)
  const at = (quantile: number): string => (sorted[Math.round(quantile * (sorted.length - 1))] ?? Number.NaN).toFixed(1)
  return [
    'Keys of ccdk top with 10000 sockets, from the terminal and back',
    `  ${times.length} keys                   median ${at(0.5)}  99 % ${at(0.99)}  max ${at(1)} ms`,
    `  meanwhile                  ${share.toFixed(1)} % of one core, ${after.peakMb.toFixed(0)} MB at the most`,
    '',
  ].join('\n')
}
