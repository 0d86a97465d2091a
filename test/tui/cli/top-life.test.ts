// gate: timeout 240s
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { bits, scaled, time } from '../../../cli/tui/screen/figures.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps } from '../../../src/structops/index.ts'
import { exampleFile, uniqueName } from '../../kernel/support/algorithm.ts'
import { dumpStructOps } from '../../kernel/support/bpftool.ts'
import { askSs, type SsSocket } from '../../kernel/support/ss.ts'
import { ownLoopback, send } from '../../kernel/support/traffic.ts'
import { needs, suite } from '../../support/needs.ts'
import { terminal } from '../../support/terminal.ts'
import { isAsKept, settledScreen } from '../../support/tui/kept-screens.ts'
import { registerInTop } from '../../support/tui/register-in-top.ts'

const test = suite('the life of an algorithm on a terminal', [needs.root, needs.structOps, needs.tmux, needs.bpftool, needs.iproute2])

const root = join(import.meta.dirname, '../../..')
test.before(async () => {
  ownLoopback()
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
})

const top = `env TERM=screen-256color LANG=C.UTF-8 TZ=UTC XDG_CONFIG_HOME=/nonexistent ${process.execPath} dist/bin/ccdk.js top --netns own --period 100ms`

/** What a line of a list says, column by column. */
const cellsOf = (line: string): string[] => line.slice(2).replace(/ [│┃]$/, '').trim().split(/ {2,}/)

/** The ids of the maps of a name, the oldest first, which is how the list has them. */
function mapsOf(name: string): number[] {
  using target = new LinuxTarget()
  return listStructOps(target)
    .filter((entry) => entry.name === name)
    .map(({ mapId }) => mapId)
}

/** Each version is shown in the state and with the references that bpftool dumps. */
async function assertAsBpftool(screen: string, name: string, states: readonly string[]): Promise<void> {
  const shown = screen.split('\n').filter((line) => line.startsWith(`│ ${name} `)).map(cellsOf)
  const dumped = await Promise.all(mapsOf(name).map(dumpStructOps))
  assert.equal(
    shown.map(([, state, , , refcnt]) => `${state} ${refcnt}`),
    dumped.map(({ state, refcnt }) => `${state.replace('BPF_STRUCT_OPS_STATE_', '').toLowerCase()} ${refcnt}`),
  )
  assert.equal(shown.map(([, state]) => state), states)
}

/** What ss says of a socket, as the columns of the list would show it. */
function fromSs({ local, remote, state, values }: SsSocket): Record<string, string> {
  const number = (key: string): number => Number(values.get(key)?.replace('bps', '') ?? 0)
  const [srtt = 0, rttvar = 0] = (values.get('rtt') ?? '').split('/').map((ms) => Math.round(1000 * Number(ms)))
  return {
    LOCAL: local,
    REMOTE: remote,
    STATE: state,
    CWND: scaled(number('cwnd')),
    SSTHR: values.has('ssthresh') ? scaled(number('ssthresh')) : '–',
    SRTT: time(srtt),
    RTTVAR: time(rttvar),
    'MIN RTT': time(Math.round(1000 * number('minrtt'))),
    PACING: bits(number('pacing_rate') / 8),
    DELIVERY: bits(number('delivery_rate') / 8),
    FLIGHT: scaled(number('unacked')),
    RETR: scaled(Number(values.get('retrans')?.split('/')[1] ?? 0)),
    ACKED: scaled(number('bytes_acked'), 'B'),
  }
}

/** Each connection is shown with the figures of ss, in all columns that there are. */
async function assertAsSs(screen: string, name: string): Promise<void> {
  const lines = screen.split('\n')
  const titles = cellsOf(lines.find((line) => line.startsWith('│ CC '))?.replaceAll(/[▾▴]/g, ' ') ?? '')
  // A long name is cut where the terminal is narrow; the line below the list has it whole.
  const shown = lines.filter((line) => line.startsWith(`│ ${name.slice(0, 12)}`) && !line.includes('cookie')).map(cellsOf)
  const theirs = (await askSs({ pid: process.pid })).filter(({ words, state }) => words.has(name) && state === 'ESTABLISHED').map(fromSs)
  assert.is(shown.length, theirs.length)
  for (const cells of shown) {
    const own = Object.fromEntries(titles.map((title, index) => [title, cells[index] ?? '']))
    const found = theirs.find(({ REMOTE }) => REMOTE === own['REMOTE'])
    assert.ok(found, own['REMOTE'])
    for (const title of titles) if (Object.hasOwn(found, title)) assert.is(own[title], found[title], `${title} of ${own['REMOTE']}`)
  }
}

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test(`at ${columns}x${rows}: registered, 10 connections, switched, unregistered while 3 are open, and gone when the last has closed`, async () => {
    const name = `${uniqueName()}_`.padEnd(15, 'x')
    const kept = (step: string, screen: string): void => isAsKept(`life/${step}-${columns}x${rows}`, settledScreen(screen, name))
    await using pane = await terminal(columns, rows, `cd ${root}; echo was here before; ${top}; echo exit $?; sleep 600`)
    const row = (...cells: string[]): RegExp => new RegExp(`^│ ${[name, ...cells].join(' +')} `, 'm')
    // At rest nothing is called: figures stand still.
    const rest = ['0', '–', '–']

    await registerInTop(pane, exampleFile('bpf_cubic'), name)
    const registered = await pane.until(row('inuse', 'itself', '0', '1', ...rest))
    await assertAsBpftool(registered, name, ['inuse'])
    kept('registered', registered)

    // Whatever fails, no socket keeps this process.
    using open = new DisposableStack()
    const connections = (await Promise.all(Array.from({ length: 10 }, () => send(name, 50_000)))).map((one) => open.use(one))
    const connected = await pane.until(row('inuse', 'itself', '10', '11', ...rest))
    await assertAsBpftool(connected, name, ['inuse'])
    kept('connected', connected)
    await pane.key('Enter')
    await pane.until(/calls +none/)
    kept('detail', await pane.until(/state +inuse, refcnt 11, 10 sockets/))

    await pane.type('3/')
    await pane.until(/filter, such as/)
    await pane.type(`cc=${name}`)
    await pane.key('Enter')
    const sockets = await pane.until(/10 of 30/)
    await assertAsSs(sockets, name)
    kept('sockets', sockets)

    await pane.type('1w')
    await pane.until(/the object file:/)
    await pane.type(exampleFile('bpf_cubic'))
    await pane.key('Enter')
    await pane.until(new RegExp(`Switch ${name}\\?[^]*10 sockets use it[^]*no link`))
    await pane.type('y')
    await pane.until(new RegExp(`switched ${name}`))
    await pane.until(row('tobefree', '–', '10', '10', ...rest))
    const switched = await pane.until(row('inuse', 'itself', '0', '1', ...rest))
    await assertAsBpftool(switched, name, ['tobefree', 'inuse'])
    kept('switched', switched)

    for (const connection of connections.splice(3)) connection[Symbol.dispose]()
    await pane.until(row('tobefree', '–', '3', '3', ...rest))
    await pane.type('ju')
    kept('question', await pane.until(new RegExp(`Unregister ${name}\\?`)))
    await pane.type('y')
    const left = await pane.until(/1 of \d+ {2}\//)
    await assertAsBpftool(left, name, ['tobefree'])
    await pane.until(new RegExp(`unregistered ${name}`))

    await pane.key('Enter')
    await pane.until(/state +tobefree, refcnt 3, 3 sockets/)
    for (const others of [2, 1]) {
      connections.pop()?.[Symbol.dispose]()
      await pane.until(new RegExp(`state +tobefree, refcnt ${others}, ${others} sockets? `))
      const [mapId = 0] = mapsOf(name)
      assert.is((await dumpStructOps(mapId)).refcnt, others)
    }
    connections.pop()?.[Symbol.dispose]()
    await pane.until(/Map \d+ is gone\./)
    assert.equal(mapsOf(name), [])

    await pane.type('5/')
    await pane.until(/filter:/)
    await pane.type(name)
    await pane.key('Enter')
    await pane.until(/ registered [^]*unregistered, with 10 references left[^]* registered [^]*unregistered, and gone[^]*tobefree → gone/)
    await pane.type('q')
    assert.match(await pane.until(/^exit 0$/m), /^was here before\nexit 0\n/)
    assert.is(await pane.modes(), '0 1')
  })
}

test.run()
