import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { noActions } from '../../../../cli/tui/actions/none.ts'
import { bindings } from '../../../../cli/tui/keys/bindings.ts'
import { firstUi } from '../../../../cli/tui/state/ui.ts'
import { textOf } from '../../../../cli/tui/screen/row.ts'
import type { Session } from '../../../../cli/tui/state/session.ts'
import { frame } from '../../../../cli/tui/views/frame.ts'
import { RecordingWriter } from '../../../../src/monitor/index.ts'
import { Recording, Replay } from '../../../../src/monitor/replay/index.ts'
import { suite } from '../../../support/needs.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'
import { ChangingSource } from '../../../support/tui/changing-source.ts'
import { madeSession } from '../../../support/tui/made-session.ts'

const test = suite('the screen of a replay')

const looks = 60
const ways = { registered: ['1'], detail: ['1', '2'], sockets: ['3', 'j'], flow: ['3', 'enter'], log: ['5'] } as const

/** What is between head and foot, which tell what is live and what a replay. */
const bodyOf = ({ model }: Session): string => frame(model).slice(2, -1).map(textOf).join('\n')

/** What a person saw, look by look, with all of it recorded. After the first look some keys are pressed. */
function recorded(keys: readonly string[]): { frames: string[]; file: Uint8Array } {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'recording')
  using writer = new RecordingWriter(file)
  const { session, press } = madeSession({ source: new ChangingSource(), actions: { ...noActions, seen: (...seen) => writer.add(...seen) }, ui: firstUi({ recording: file }) }, 1)
  press(...keys)
  const frames = [bodyOf(session)]
  while (frames.length < looks) {
    session.look()
    frames.push(bodyOf(session))
  }
  return { frames, file: readFileSync(file) }
}

function replayed(file: Uint8Array, keys: readonly string[] = [], lacks: readonly string[] = []) {
  const player = new Replay(new Recording(file, 'file'))
  const situation = { readonly: null, replay: { file: 'top.ccdk', lacks: lacks.map((why) => ({ what: 'all', why, remedy: '' })), player } }
  const made = madeSession({ source: player, actions: noActions, situation, bindings: bindings({}, true) }, 1)
  made.press(...keys)
  return { ...made, player }
}

for (const [view, keys] of Object.entries(ways)) {
  test(`${view}: look by look the frames are those that were seen, and so they are after any seeking`, () => {
    const { frames, file } = recorded(keys)
    const { session, press, player } = replayed(file, keys)
    // What was looked at is recorded from the look after the keys on.
    for (let look = 1; look < looks; look += 1) {
      session.look()
      assert.fixture(bodyOf(session), frames[look] ?? '')
    }
    assert.ok(session.isOver)
    fc.assert(
      fc.property(fc.array(fc.constantFrom('left', 'right', '<', '>', '[', ']', 'home', 'end'), { maxLength: 12 }), (seeks) => {
        press(...seeks)
        if (player.position > 0) assert.fixture(bodyOf(session), frames[player.position] ?? '')
      }),
      { numRuns: 30 },
    )
  })
}

test('a second, ten, the ends, and events: each is found by its key, also while it stands still', () => {
  const { file } = recorded(ways.log)
  const { session, press, player } = replayed(file)
  const places = (...keys: string[]): number[] =>
    keys.map((key) => {
      press(key)
      return player.position
    })
  press('space')
  assert.equal(places('right', 'right', 'left', '>', '>', '<', 'home', 'left', 'end', 'right'), [4, 8, 4, 44, 59, 19, 0, 0, 59, 59])
  assert.equal(places('[', '[', ']', 'home', ']', ']'), [55, 47, 55, 0, 7, 15])
  press('end', ']')
  assert.match(frame(session.model).map(textOf).join('\n'), /nextEvent: there is none/)
  assert.match(textOf(frame(session.model)[1] ?? []), /top\.ccdk ─+● 0:14\/0:14/)
  assert.ok(session.model.ui.paused)
})

test('time passes as it did, and faster or slower by + and -', () => {
  const { session, press } = replayed(recorded([]).file)
  assert.is(session.waitMs, 250)
  press('+', '+')
  assert.is(session.waitMs, 50)
  assert.match(textOf(frame(session.model)[0] ?? []), /● 5×/)
  press('-', '-', '-')
  assert.is(session.waitMs, 500)
})

test('what was not looked at has a point a snapshot, and no variables, which is told', () => {
  const { file } = recorded(ways.log)
  const { session, press, player } = replayed(file, ['1', '2', 'end'])
  assert.match(bodyOf(session), /not looked at while this was recorded/)
  press('3', 'enter')
  assert.is(session.model.flow?.time.length, player.length)
})

test('nothing of the machine can be changed, and where nothing is replayed the keys of replays say so', () => {
  const { session, press } = replayed(recorded([]).file)
  press('u')
  assert.match(frame(session.model).map(textOf).join('\n'), /unregister: a recording is shown/)
  const live = madeSession()
  live.press(']')
  assert.match(frame(live.session.model).map(textOf).join('\n'), /nextEvent: it moves through a recording/)
  live.press('3', 'enter', 'left')
  assert.not.equal(live.session.model.ui.flow.until, null)
})

test.run()
