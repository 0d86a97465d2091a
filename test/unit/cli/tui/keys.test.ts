import { createElement } from 'react'
import { render } from 'ink-testing-library'
import * as assert from 'uvu/assert'
import { App } from '../../../../cli/tui/app.tsx'
import { bindings, isIn } from '../../../../cli/tui/keys/bindings.ts'
import { chordsOf, isChord } from '../../../../cli/tui/keys/chords.ts'
import { commandNames, keyTable, views } from '../../../../cli/tui/keys/table.ts'
import { parseSettings } from '../../../../cli/tui/settings/parse.ts'
import { firstUi } from '../../../../cli/tui/state/ui.ts'
import { CcdkError, UsageError } from '../../../../src/errors/index.ts'
import { suite } from '../../../support/needs.ts'
import { MadeSource } from '../../../support/tui/made-source.ts'
import { madeSession, screenOf } from '../../../support/tui/made-session.ts'

const test = suite('keys')

/** Types as a terminal does, and gives React a turn after each key. */
async function typing(given: Parameters<typeof madeSession>[0] = {}) {
  const made = madeSession({ size: { columns: 100, rows: 30 }, ...given })
  const app = render(createElement(App, { session: made.session, colours: 0, size: made.session.options.size }))
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await turn()
  return {
    ...made,
    type: async (...keys: string[]) => {
      for (const key of keys) {
        app.stdin.write(key)
        await turn()
      }
    },
    screen: () => app.lastFrame() ?? '',
    [Symbol.dispose]: () => app.unmount(),
  }
}

const enter = '\r'
const down = '\u001B[B'
const tab = '\t'

test('views by number and by Tab, the cursor by j, G and the arrows', async () => {
  using app = await typing()
  await app.type('3')
  assert.match(app.screen(), /─ .*Sockets.* ─/)
  await app.type('j', down)
  assert.is(app.session.model.ui.sockets.cursor, 2)
  await app.type('G')
  assert.is(app.session.model.ui.sockets.cursor, 199)
  await app.type('g', tab)
  assert.is(app.session.model.ui.view, 'flow')
  assert.match(app.screen(), /Window/)
})

test('several keys that come at once are each taken', async () => {
  using app = await typing()
  await app.type('3jjj')
  assert.is(app.session.model.ui.sockets.cursor, 3)
  await app.type(`k${enter}`)
  assert.is(app.session.model.ui.view, 'flow')
})

test('only the rows that are seen are asked for', async () => {
  using app = await typing({ source: new MadeSource(5000) })
  await app.type('3', 'G')
  const { sockets } = app.session.model
  assert.is(sockets.total, 5000)
  assert.ok(sockets.rows.length < 30)
  assert.is(sockets.from + sockets.rows.length, 5000)
})

test('a filter narrows the sockets; a wrong one says where, and stays to be mended', async () => {
  using app = await typing()
  await app.type('3', '/', 'cc=bpf_dctcp', enter)
  assert.is(app.session.model.sockets.matching, 67)
  await app.type('/', ' and srt>1ms', enter)
  assert.match(app.screen(), /column \d+/)
  assert.is(app.session.model.ui.prompt?.text, 'cc=bpf_dctcp and srt>1ms')
  app.press('esc', 'esc')
  assert.is(app.session.model.sockets.matching, 200)
})

test('s sorts by the next column, r turns that around', async () => {
  using app = await typing()
  await app.type('s')
  const names = () => app.session.model.ui.registered.sorting
  assert.equal(names(), { key: 'struct', reverse: false })
  await app.type('s', 'r')
  assert.equal(names(), { key: 'name', reverse: true })
  assert.match(app.screen(), /bpf_empty[^]*bpf_dctcp[^]*bpf_cubic/)
})

test('sockets can be in an order for which there is no column', () => {
  const { session, press } = madeSession({ ui: firstUi({ view: 'sockets', sorting: { key: 'lost', reverse: true } }) })
  press('j')
  const lost = session.model.sockets.rows.map((socket) => socket.lost)
  assert.ok(lost.length > 0 && lost.every((packets) => packets === 3))
})

test('what destroys asks first, and says how many sockets it is about', async () => {
  using app = await typing()
  await app.type('u')
  assert.match(app.screen(), /Unregister bpf_cubic\?[^]*12 sockets use it/)
  await app.type('n')
  assert.equal(app.asked, [])
  await app.type('u', 'y')
  assert.equal(app.asked, ['unregister 41'])
  await app.type('w', 'new.bpf.o', enter)
  assert.match(app.screen(), /Switch bpf_cubic\?/)
  await app.type('y', '2', 'e', '0', enter, 'y')
  assert.equal(app.asked.slice(1), ['replace 41 by new.bpf.o', 'set initial_cwnd of 41 to 100'])
})

test('with --readonly nothing is changed, and each such key says why', async () => {
  using app = await typing({ situation: { readonly: '--readonly: this may only look', replay: null } })
  for (const key of ['a', 'w', 'u', 't', 'R']) {
    await app.type(key)
    assert.match(app.screen(), /--readonly: this may only look/)
  }
  assert.equal(app.asked, [])
})

test('a recording begins at once in a new file, and only after a question in one that is there', async () => {
  using app = await typing()
  app.session.options.actions.isThere = (file) => file === 'top.ccdk'
  await app.type('R', '2', enter, 'R')
  assert.equal(app.asked, ['record top.ccdk2', 'record null'])
  await app.type('R', enter)
  assert.match(app.screen(), /Replace top\.ccdk\?/)
  await app.type('n')
  assert.is(app.session.model.ui.recording, null)
  await app.type('R', enter, 'y')
  assert.equal(app.asked.slice(2), ['record top.ccdk'])
  assert.is(app.session.model.ui.recording, 'top.ccdk')
})

test('a line that is written stays about what it was begun for, whatever comes and goes meanwhile', async () => {
  const source = new MadeSource()
  using app = await typing({ source })
  const [cubic, dctcp] = source.algorithms
  assert.ok(cubic && dctcp)
  const earlier = { ...dctcp, mapId: 7, registered: true }
  await app.type('w', 'new.bpf.o')
  source.algorithms.unshift(earlier)
  app.session.look()
  await app.type(enter)
  assert.match(app.screen(), /Switch bpf_cubic\?[^]*map 41 gives way/)
  await app.type('y')
  assert.equal(app.asked, ['replace 41 by new.bpf.o'])
  source.algorithms = [cubic, dctcp]
  app.session.look()
  for (const keys of [['1', 'g', 'w'], ['2', 'e']]) {
    source.algorithms = [cubic, dctcp]
    app.session.look()
    await app.type(...keys, '0')
    source.algorithms = [dctcp]
    app.session.look()
    await app.type(enter)
    assert.match(app.screen(), /map 41 is gone/)
    assert.is(app.session.model.ui.question, null)
  }
})

test('a key that does nothing says why', async () => {
  using app = await typing()
  await app.type('j', 'u')
  assert.match(app.screen(), /map 44 is not registered \(tobefree\)/)
  await app.type('k', '2', 'j', 'e')
  assert.match(app.screen(), /fast_convergence is constant/)
})

test('Space stops looking, and + and - change how often', async () => {
  using app = await typing()
  const { source } = app.session.options
  assert.instance(source, MadeSource)
  const before = source instanceof MadeSource ? source.looks : 0
  await app.type(' ')
  app.session.look()
  assert.is(source instanceof MadeSource ? source.looks : 0, before)
  assert.match(app.screen(), /paused/)
  await app.type(' ', '+')
  assert.is(app.session.model.ui.periodMs, 100)
})

test('what cannot be read of one thing is told in its place, at looks and at keys, and all else goes on', async () => {
  const source = new MadeSource()
  const refused = (): never => {
    throw new UsageError('reading map 88: EPERM, Operation not permitted\nand more')
  }
  source.variables = refused
  source.flow = refused
  using app = await typing({ source })
  for (const keys of [['2', 'p', 'p', 'p', 'p'], ['3', enter, 'i']]) {
    await app.type(...keys)
    app.session.look()
    await app.type('c')
    assert.match(app.screen(), /│.*reading map 88: EPERM, Operation not permitted/)
  }
  app.session.update({ recording: 'file' })
  app.session.look()
  await app.type('1')
  assert.is(app.session.model.ui.recording, 'file')
})

test('variables are read at looks and when another algorithm is chosen, not at each key', async () => {
  const source = new MadeSource()
  let reads = 0
  source.variables = () => {
    reads += 1
    return source.given
  }
  using app = await typing({ source })
  await app.type(' ', '2', 'j', 'j', 'k')
  assert.equal([reads, app.session.model.variables.length], [1, 3])
  await app.type(' ')
  app.session.look()
  assert.is(reads, 2)
})

test('a flow is zoomed, scrolled back to its first ACK, and followed again', async () => {
  using app = await typing()
  await app.type('3', enter, 'i', 'i', 'h')
  assert.equal(app.session.model.ui.flow, { windowMs: 2000, until: 511_998 - 500 })
  await app.type('g')
  assert.is(app.session.model.ui.flow.until, 502_000)
  await app.type('G')
  assert.is(app.session.model.ui.flow.until, null)
})

test('who reads a line of the log stays at it while older ones are forgotten', () => {
  const source = new MadeSource()
  const { session, press } = madeSession({ source })
  const say = (lines: number): void => {
    for (let line = 0; line < lines; line += 1) source.events.push({ at: '2026-11-21T18:40:13.000Z', kind: line % 2 === 0 ? 'printk' : 'state', text: `line ${line}` })
    session.look()
  }
  // At the right edge the mark of the place may move.
  const screen = (): string[] => screenOf(session).split('\n').slice(3, -2).map((row) => row.slice(0, -1))
  say(5000)
  press('5', 'pgup', 'pgup', 'k')
  const read = screen()
  say(2000)
  assert.equal(screen(), read)
  press('/', 'p', 'r', 'i', 'n', 't', 'k', 'enter', 'g', 'pgdn', 'pgdn', 'pgdn')
  const filtered = screen()
  say(20)
  assert.equal(screen(), filtered)
  say(6000)
  assert.is(session.model.ui.log.cursor, 0)
  press('G')
  say(10)
  assert.is(session.model.ui.log.cursor, 2499)
})

test('q and Ctrl-C leave', async () => {
  using app = await typing()
  await app.type('q')
  await app.type('/', '\u0003')
  assert.is(app.quits(), 2)
})

test('what a session registered ends with it, which it says before it leaves', () => {
  const { session, press, quits, ...made } = madeSession()
  session.options.actions.held = () => ['bpf_mine']
  press('q')
  assert.is(quits(), 0)
  assert.match(JSON.stringify(session.model.ui.question?.lines), /bpf_mine.*ends with this/)
  press('y')
  assert.is(quits(), 1)
  assert.equal(made.asked, [])
})

test('no key of the table means two things in one view, and a terminal can send each', () => {
  const { keysOf, commandOf } = bindings()
  for (const view of views) {
    for (const command of commandNames) {
      for (const key of keysOf(command)) {
        assert.ok(isChord(key), key)
        if (isIn(command, view)) assert.is(commandOf(key, view), command, `${key} in ${view}`)
      }
    }
  }
  assert.ok(commandNames.every((name) => keyTable[name].help !== ''))
})

test('keys can be remapped: what had the key loses it, in the same views', () => {
  const { bindings: mine } = parseSettings('keys:\n  unregister: [d, ctrl+x]\n  down: u\ntheme: day\n', 'top.yaml')
  assert.is(mine.commandOf('d', 'registered'), 'unregister')
  assert.is(mine.commandOf('u', 'registered'), 'down')
  assert.is(mine.commandOf('j', 'registered'), undefined)
  assert.is(mine.commandOf('ctrl+c', 'log'), 'quit')
  // h scrolls a flow; elsewhere it is free.
  assert.is(parseSettings('keys: { sort: h }', 'top.yaml').bindings.commandOf('h', 'flow'), 'older')
})

test('settings that cannot be used name the file and the place', () => {
  const refused: [string, RegExp][] = [
    ['keys: { unregistr: d }', /top\.yaml: keys: nothing is called "unregistr"/],
    ['keys: { down: ctrl+shift+x }', /top\.yaml: keys\.down: .*is no key/],
    ['keys: { down: x, up: x }', /"x" is given to both/],
    ['theme: pink', /top\.yaml: line 1, column 8, theme: expected night/],
    ['colours: day', /top\.yaml: line 1, column 1, colours: unknown key/],
    ['keys: { down: 3 }', /top\.yaml: line 1, column 15, keys\.down: expected a key/],
    ['[]', /top\.yaml: line 1, column 1: /],
    ['keys: { quit: [] }', /no key is left to quit/],
    ['theme: day\nkeys: {', /top\.yaml: line 2, column 8: /],
    ['theme: "day', /top\.yaml: line 1, column 12: /],
  ]
  for (const [text, words] of refused) {
    assert.throws(
      () => parseSettings(text, 'top.yaml'),
      (error: unknown) => error instanceof CcdkError && words.test(error.message),
    )
  }
  for (const text of ['', '# theme: day', 'null']) assert.is(parseSettings(text, 'top.yaml').theme, 'night')
})

test('control letters that come within a text are the keys that send them', () => {
  const key = {
    upArrow: false, downArrow: false, leftArrow: false, rightArrow: false, pageDown: false, pageUp: false, home: false, end: false,
    return: false, escape: false, ctrl: false, shift: false, tab: false, backspace: false, delete: false, meta: false,
    super: false, hyper: false, capsLock: false, numLock: false,
  }
  assert.equal(chordsOf('a \r\u0004\u007F', key), ['a', 'space', 'enter', 'ctrl+d', 'backspace'])
})

test.run()
