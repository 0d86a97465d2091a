import * as assert from 'uvu/assert'
import { noActions } from '../../../../cli/tui/actions/none.ts'
import { frame } from '../../../../cli/tui/views/frame.ts'
import { width } from '../../../../cli/tui/screen/row.ts'
import { firstUi } from '../../../../cli/tui/state/ui.ts'
import { glyphsFor } from '../../../../cli/tui/theme/glyphs.ts'
import { UsageError } from '../../../../src/errors/index.ts'
import type { AlgorithmView } from '../../../../src/monitor/index.ts'
import { suite } from '../../../support/needs.ts'
import { algorithmView } from '../../../support/snapshot.ts'
import { isAsKept } from '../../../support/tui/kept-screens.ts'
import { madeFlow, MadeSource } from '../../../support/tui/made-source.ts'
import { madeSession, screenOf } from '../../../support/tui/made-session.ts'

const test = suite('what each view shows')
process.env['TZ'] = 'UTC'

const sizes = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const

const ways = { registered: ['1'], detail: ['1', '2'], sockets: ['3', 'j', 'j'], flow: ['3', 'enter'], log: ['5'], help: ['?'] } as const

for (const [columns, rows] of sizes) {
  for (const [view, keys] of Object.entries(ways)) {
    test(`${view} at ${columns}x${rows}`, () => {
      const { session, press } = madeSession({ size: { columns, rows } })
      press(...keys)
      isAsKept(`${view}-${columns}x${rows}`, screenOf(session))
    })
  }
}

test('a question stands over the view, and says how many sockets it is about', () => {
  const { session, press } = madeSession({ size: { columns: 80, rows: 24 } })
  press('u')
  isAsKept('question-80x24', screenOf(session))
})

test('sockets of namespaces that are not looked into are references, and of another struct nobody counts sockets', () => {
  const source = new MadeSource()
  const of = (facts: Partial<AlgorithmView>): void => {
    source.algorithms = [algorithmView({ sockets: 0, refcnt: 11, ...facts })]
  }
  const asked = (): string => {
    const { session, press } = madeSession({ source, size: { columns: 200, rows: 30 } })
    press('u')
    return screenOf(session)
  }
  of({})
  assert.match(asked(), 'no socket in the namespaces looked into uses it, and the kernel counts 10 references: they keep it until they end')
  of({ sockets: 4 })
  assert.match(asked(), '4 sockets in the namespaces looked into use it, and the kernel counts 10 references: they')
  of({ sockets: 10 })
  assert.match(asked(), ' 10 sockets use it: they')
  of({ refcnt: 1 })
  assert.match(asked(), ' no socket uses it ')
  source.algorithms = ['tcp_congestion_ops', 'Qdisc_ops'].map((struct, index) => algorithmView({ mapId: index, struct, sockets: 0, refcnt: 3 }))
  assert.match(asked(), /bpf_dctcp +inuse +itself +0 [^]*bpf_dctcp +inuse +itself +0 /)
})

test('statistics that the kernel refuses stay off, and are said to be', () => {
  const refuse = (): never => {
    throw new UsageError('counting runs: bpf(BPF_ENABLE_STATS) answered EPERM')
  }
  const { session, press } = madeSession({ actions: { ...noActions, statistics: refuse }, ui: firstUi({ statistics: false }) })
  press('t')
  assert.match(screenOf(session), /That did not work[^]*answered EPERM/)
  press('esc')
  assert.match(screenOf(session), /statistics off/)
  assert.is(session.model.ui.statistics, false)
})

test('what the kernel answers to an action is shown whole, and moved where it is longer than the screen', async () => {
  const { session, press } = madeSession({ size: { columns: 80, rows: 24 } })
  const log = Array.from({ length: 60 }, (_, index) => `${index}: (79) r2 = *(u32 *)(r1 +${index}) ; R1=trusted_ptr_tcp_sock() R2_w=scalar()`).join('\n')
  await session.act(() => {
    throw new UsageError(`registering "bpf_cubic": a file /${'long/'.repeat(20)} is in the way\n${log}`, { hint: 'unregister it first' })
  })
  isAsKept('error-80x24', screenOf(session))
  press('G')
  assert.match(screenOf(session), /unregister it first/)
  press('esc', '5')
  assert.match(screenOf(session), /unregister it first/)
  press('enter')
  assert.match(screenOf(session), /─ error ─[^]*Esc closes/)
})

test('in Detail each part can be gone to, and has room there at any size', () => {
  const { session, press } = madeSession({ size: { columns: 60, rows: 15 } })
  press('2')
  assert.match(screenOf(session), /initial_cwnd/)
  press('p')
  assert.match(screenOf(session), /18:40:12 +registered +by link 7/)
  press('p')
  assert.match(screenOf(session), /held by +ccdk 812 +link[^]*pinned +\/sys\/fs\/bpf\/cubic/)
  press('p')
  const members = screenOf(session)
  assert.match(members, /Members[^]*init [^]*set_state/)
  press('e')
  assert.match(screenOf(session), /edit: the cursor is not in the variables/)
  press('G')
  assert.match(screenOf(session), /pkts_acked/)
})

test('references that change are one line of the timeline, and none of the log', () => {
  const source = new MadeSource()
  const { session, press } = madeSession({ source })
  const at = '2026-11-21T18:40:13.000Z'
  for (let refcnt = 13; refcnt > 3; refcnt -= 1) source.events.push({ at, kind: 'refcnt', mapId: 41, name: 'bpf_cubic', text: `refcnt ${refcnt} → ${refcnt - 1}` })
  session.look()
  press('2')
  assert.match(screenOf(session), /refcnt +refcnt … → 8 → 7 → 6 → 5 → 4 → 3 /)
  press('5')
  assert.not.match(screenOf(session), /refcnt/)
})

test('Flow goes on while no ACK comes, and says since when', () => {
  const source = new MadeSource()
  const flow = madeFlow('1')
  source.flow = () => flow
  const { session, press } = madeSession({ source, size: { columns: 120, rows: 30 } })
  press('4')
  assert.match(screenOf(session), /6000 ACKs {2}10 s, live/)
  flow.now += 5000
  session.look()
  const still = screenOf(session)
  assert.match(still, /10 s, last ACK 5 s ago/)
  // Half of what is shown is from after the last one.
  assert.match(still, /^│ +\d+ pkt .*[^ ] {40,}│$/m)
  press('h')
  assert.match(screenOf(session), /10 s, 2\.5 s ago/)
})

test('Flow shows the busiest connection to somebody who has chosen none, also where it comes first or late', () => {
  const source = new MadeSource()
  const rows = source.rows.map((row, index) => (index < 5 ? { ...row, state: 'LISTEN', cwnd: null } : row))
  const [busiest] = rows.filter(({ state }) => state === 'ESTABLISHED').toSorted((a, b) => Number(b.deliveryRate) - Number(a.deliveryRate))
  source.rows = rows.slice(0, 5)
  const { session } = madeSession({ source, ui: firstUi({ view: 'flow' }) })
  assert.match(screenOf(session), /No connection is open/)
  source.rows = rows
  session.look()
  assert.match(screenOf(session), new RegExp(`${busiest?.local} → ${busiest?.remote} {2}ESTABLISHED[^]*Window`))
})

test('what must be seen is seen at any width: paused, recorded, how much there is', () => {
  const { session } = madeSession({ size: { columns: 60, rows: 15 } })
  session.update({ paused: true, recording: 'file' })
  assert.match(screenOf(session), /1 Registered .* ● rec ‖ paused[^]*3 registered · 200 sockets/)
})

test('a terminal without Unicode gets ASCII alone, in the charts too', () => {
  const { session, press } = madeSession({ size: { columns: 80, rows: 24 }, glyphs: glyphsFor('ascii') })
  press('3', 'enter')
  const screen = screenOf(session)
  assert.match(screen, /^[\x20-\x7e\n]*$/)
  isAsKept('flow-ascii-80x24', screen)
})

test('every frame has exactly the rows and columns of the terminal, whatever its size', () => {
  const { session, press } = madeSession()
  for (const keys of Object.values(ways)) {
    press(...keys)
    for (const columns of [1, 20, 59, 60, 61, 79, 100, 109, 110, 130, 333]) {
      for (const rows of [1, 2, 14, 15, 16, 25, 30, 31, 77]) {
        session.resize({ columns, rows })
        const lines = frame(session.model)
        assert.is(lines.length, rows, `${keys.join()} at ${columns}x${rows}`)
        for (const line of lines) assert.is(width(line), columns, `${keys.join()} at ${columns}x${rows}: ${line.map(({ text }) => text).join('')}`)
      }
    }
    session.resize({ columns: 120, rows: 40 })
  }
})

test('under 60x15 the screen says that it is too small, and comes back', () => {
  const { session } = madeSession()
  session.resize({ columns: 59, rows: 15 })
  assert.match(screenOf(session, { columns: 59, rows: 15 }), /terminal too small: 59×15\n *at least 60×15/)
  session.resize({ columns: 60, rows: 15 })
  assert.match(screenOf(session, { columns: 60, rows: 15 }), /Registered/)
})

test('what processes, programs and sockets are called cannot move the cursor', () => {
  const source = new MadeSource()
  source.rows = source.rows.map((row) => ({ ...row, local: '\u001B[2J:1', remote: '\u001B[31mred:2', state: '\u001B[H', congestion: '\u009B2J' }))
  const { session, press } = madeSession({ source })
  for (const keys of [['5'], ['1', 'G', '2'], ['3', 'j'], ['enter']]) {
    press(...keys)
    const text = frame(session.model).flatMap((row) => row.map((piece) => piece.text)).join('')
    assert.not.match(text, /\p{Cc}/u)
  }
})

test.run()
