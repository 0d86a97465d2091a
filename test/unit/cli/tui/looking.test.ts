import * as assert from 'uvu/assert'
import { noActions } from '../../../../cli/tui/actions/none.ts'
import { lookAgain } from '../../../../cli/tui/looking.ts'
import { firstUi } from '../../../../cli/tui/state/ui.ts'
import { suite } from '../../../support/needs.ts'
import { madeSession } from '../../../support/tui/made-session.ts'
import { MadeSource } from '../../../support/tui/made-source.ts'
import { until } from '../../../support/until.ts'

const test = suite('when ccdk top looks')

const hour = 3_600_000

test('a shorter period holds at once, not when the long one has passed', async () => {
  const source = new MadeSource()
  const { session, press } = madeSession({ source, actions: noActions, ui: firstUi({ periodMs: hour }) }, 0)
  using _ = lookAgain(session)
  assert.is(source.looks, 1)
  press('+', '+', '+', '+', '+', '+', '+')
  assert.is(session.model.ui.periodMs, 100)
  await until(() => source.looks > 2, 'it looks again')
})

test('nothing is due while it stands still, and what was due meanwhile is when it goes on', () => {
  const { session, press } = madeSession({ ui: firstUi({ periodMs: hour }) }, 1)
  const { dueAt } = session
  assert.ok(dueAt > performance.now() && dueAt <= performance.now() + hour)
  press('space')
  assert.is(session.dueAt, Infinity)
  press('space')
  assert.is(session.dueAt, dueAt)
})

test.run()
