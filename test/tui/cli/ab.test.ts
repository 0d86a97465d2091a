// gate: timeout 600s
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { terminal } from '../../support/terminal.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk ab on a terminal', [needs.root, needs.structOps, needs.tmux])

const place = temporaryDirectory()
let lock: AsyncDisposable | undefined
test.before(async () => {
  // Node takes no JSX: the command is built first.
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
  lock = await machineLock('experiment')
})
test.after(async () => {
  place[Symbol.dispose]()
  await lock?.[Symbol.asyncDispose]()
})

const root = join(import.meta.dirname, '../../..')
const built = join(root, 'dist/bin/ccdk.js')
const ab = (args: string): string => `cd ${place.path}; env LANG=C.UTF-8 ${process.execPath} ${built} ab ${args}; echo exit $?`
// A machine that is busy may be late.
const quick = 'quick reno cubic --rate 20mbit --rtt 10ms --seconds 1 --blocks 1 --late 1min --out tried'

type Pane = Awaited<ReturnType<typeof terminal>>

/** The screen once it has what is looked for. A command that has ended shows nothing more. */
async function shown(pane: Pane, pattern: RegExp): Promise<string> {
  const text = await pane.until(new RegExp(`${pattern.source}|^exit \\d+$`, 'm'), 240_000)
  assert.match(text, new RegExp(pattern.source, 'm'))
  return text
}

test('progress in place, narrower and wider; Ctrl-C ends it and says how to go on; the rest runs, and its tables stay', async () => {
  await using pane = await terminal(100, 40, `${ab(quick)}; read _; clear; ${ab('--resume tried')}; sleep 600`)
  await shown(pane, /^reno-vs-cubic {2}trial 1 of 2, about \d+ s left$/)
  await pane.resize(45, 40)
  const narrow = await shown(pane, /^Ctrl-C stops[^\n]*…$/)
  // Nothing of what was drawn before is left over.
  assert.is(narrow.match(/trial \d of 2/g)?.length, 1, narrow)
  await pane.resize(100, 40)
  await shown(pane, /trial 2 of 2[^]*SO FAR[^]*goes on with it$/)
  assert.match(await pane.modes(), /^0 0$/)
  await pane.key('C-c')
  const stopped = await shown(pane, /^exit 130$/)
  assert.match(stopped, /^stopped, with 1 trial still to run; go on with: ccdk ab --resume \S+\/tried$/m)
  assert.not.match(stopped, /Ctrl-C stops|trial 2 of 2/)
  assert.is(await pane.modes(), '0 1')

  await pane.key('Enter')
  const done = await shown(pane, /^exit 0$/)
  assert.match(done, /^2 of 2 trials valid; \S+\/tried\/report\.html shows all of it$/m)
  assert.match(done, /^goodput +[\d.]+ Mbit\/s +[\d.]+ Mbit\/s/m)
  assert.not.match(done, /Ctrl-C stops/)
})

test.run()
