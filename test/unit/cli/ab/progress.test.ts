import { stripVTControlCharacters } from 'node:util'
import { createElement } from 'react'
import { render } from 'ink-testing-library'
import * as assert from 'uvu/assert'
import { frame } from '../../../../cli/ab/progress/frame.ts'
import { Live, Watch } from '../../../../cli/ab/progress/live.tsx'
import { firstState, next, type State, timeLeft } from '../../../../cli/ab/progress/state.ts'
import { textOf, width } from '../../../../cli/tui/screen/row.ts'
import { type Charset, glyphsFor } from '../../../../cli/tui/theme/glyphs.ts'
import { TestbedError } from '../../../../src/errors/index.ts'
import { experimentOf, planTrials, type RunEvent, type Trial } from '../../../../src/experiment/index.ts'
import { madeUpResult } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { until } from '../../../support/until.ts'

const test = suite('how a run gets on, on a terminal')

const spec = experimentOf({
  name: 'tried',
  arms: { A: { cc: 'cubic' }, B: { cc: 'bpf_dctcp' } },
  path: { rate: ['10mbit', '20mbit'], rtt: '10ms' },
  workload: [{ bulk: { flows: 2, seconds: 1 } }],
  blocks: 2,
  designs: ['mixed'],
})
const arms = [{ name: 'A', cc: 'cubic' }, { name: 'B', cc: 'bpf_dctcp' }]
const trials = planTrials(spec)
const [first, ...others] = trials
if (first === undefined) throw new Error('a plan without trials')
const same = others.find(({ scenario }) => scenario === first.scenario) ?? first
const second = 1e9

const begun = (trial: Trial, done: number, attempt = 1): RunEvent => ({ event: 'begun', trial, attempt, done, of: 4, left: (4 - done) * 10 * second })

function stored(trial: Trial, done: number, goodput: number, again = false): RunEvent {
  const values = [['goodput', goodput], ['rtt.p99', 24.4e6], ['queue.p50', 5e6]] as const
  const metrics = ['A', 'B'].flatMap((arm) => values.map(([metric, value]) => ({ arm, metric, value })))
  const result = { ...madeUpResult(trial, { flows: 2, seconds: 1 }), valid: !again, reasons: again ? ['it was \u001B[31mlate'] : [], metrics }
  return { event: 'stored', result, attempt: 1, again, done, of: 4, left: (4 - done) * 10 * second }
}

const after = (...events: readonly (readonly [RunEvent, number])[]): State =>
  events.reduce((state, [event, at]) => next(state, event, at), firstState([], 0))

const lines = (state: State, { now = 0, columns = 120, rows = 40, charset = 'unicode' }: { now?: number; columns?: number; rows?: number; charset?: Charset } = {}): string[] =>
  frame({ spec, arms, state, now, columns, rows, glyphs: glyphsFor(charset) }).map((row) => textOf(row).trimEnd())

test('time left goes by the plan, then by what trials really take', () => {
  assert.is(timeLeft(after([begun(first, 0), 0]), 4000), 36_000)
  // The first of four took 15 s in the place of 10.
  assert.is(timeLeft(after([begun(first, 0), 0], [stored(first, 1, 1e7), 15_000]), 15_000), 45_000)
  assert.is(timeLeft(after([begun(first, 0), 0], [stored(first, 1, 1e7), 5000]), 5000), 30_000)
  assert.is(timeLeft(after([begun(first, 0), 0]), 4e9), 0)
})

test('what runs, for how long, and the figures of its scenario so far, with their spread once there are two blocks', () => {
  const one = after([begun(first, 0), 0], [stored(first, 1, 9e6), 10_000], [begun(same, 1), 10_000])
  const [title, bar, running, , header, a, b, , hint] = lines(one, { now: 13_000, columns: 140 })
  assert.is(title, 'tried  trial 2 of 4, about 27 s left')
  assert.is(bar, `${'█'.repeat(10)}${'░'.repeat(30)}`)
  assert.is(running, `block 2, ${spec.scenarios[first.scenario]?.name ?? ''}, mixed · 3 s`)
  assert.match(header ?? '', /^SO FAR +BLOCKS +GOODPUT +LOW TO HIGH +RTT P99/)
  assert.match(a ?? '', /^A {2}cubic +1 +9\.00 Mbit\/s +24\.4 ms +5 ms$/)
  assert.match(b ?? '', /^B {2}bpf_dctcp +1 /)
  assert.match(hint ?? '', /^Ctrl-C stops.*--resume/)
  const two = next(next(one, stored(same, 2, 11e6), 20_000), begun(first, 2), 20_000)
  assert.match(lines(two, { columns: 140 })[5] ?? '', /^A {2}cubic +2 +10\.0 Mbit\/s {2}9\.00 to 11\.0 Mbit\/s +24\.4 ms {2}24\.4 to 24\.4 ms/)
})

test('a trial that was not valid counts for nothing but that it is run again', () => {
  const state = after([begun(first, 0), 0], [stored(first, 0, 9e6, true), 10_000], [begun(first, 0, 2), 10_000])
  const [title, bar, running, , , a] = lines(state)
  assert.match(title ?? '', /trial 1 of 4/)
  assert.match(bar ?? '', /1 run again$/)
  assert.match(running ?? '', /the last one did not count, time 2$/)
  assert.match(a ?? '', /^A {2}cubic +0 +-/)
})

test('whatever the size of the terminal, no line reaches its edge and no row is too many', () => {
  const state = after([begun(first, 0), 0], [stored(first, 1, 9e6), 1], [begun(same, 1), 1])
  for (let columns = 1; columns < 160; columns += 1) {
    for (const rows of [1, 2, 5, 24]) {
      const found = frame({ spec, arms, state, now: 5, columns, rows, glyphs: glyphsFor('unicode') })
      assert.ok(found.length <= Math.max(1, rows - 1))
      for (const row of found) assert.ok(width(row) <= Math.max(1, columns - 1), `${columns}: ${textOf(row)}`)
    }
  }
  for (const line of lines(state, { charset: 'ascii' })) assert.match(line, /^[\x20-\x7e·]*$/)
})

test('it is drawn anew with each event and with time, and trials that do not count stay above', async () => {
  const watch = new Watch({ spec, arms, figures: [{ ...first, arm: 'A', metric: 'goodput', value: 7e6 }] })
  const app = render(createElement(Live, { watch, glyphs: glyphsFor('unicode'), paint: textOf }))
  const shows = (): string => stripVTControlCharacters(app.lastFrame() ?? '')
  watch.tell(begun(first, 0))
  // What an earlier call has measured counts.
  await until(() => /trial 1 of 4[^]*A {2}cubic +1 +7\.00 Mbit\/s/.test(shows()), 'the first trial is shown')
  await until(() => /mixed · 1 s/.test(shows()), 'time goes on')
  watch.tell(stored(first, 0, 9e6, true))
  await until(() => /^block 1, .*: not valid: it was \?\[31mlate; once more$/m.test(shows()), 'the reason is shown')
  watch.tell({ event: 'broken', trial: first, attempt: 2, error: new TestbedError('a host has ended'), done: 0, of: 4 })
  await until(() => /^block 1, .*: broke off: a host has ended; once more$/m.test(shows()), 'that it broke off is shown')
  watch.tell(stored(first, 1, 9e6))
  await until(() => /trial 2 of 4/.test(shows()), 'the next trial is shown')
  assert.match(shows(), /: not valid: /)
  assert.match(shows(), /^block 1, .*: 1 of \d+ flows of arm [AB] broke off: ECONNRESET$/m)
  app.unmount()
})

test.run()
