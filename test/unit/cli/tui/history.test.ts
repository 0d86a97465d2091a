import * as assert from 'uvu/assert'
import { History } from '../../../../cli/tui/state/history.ts'
import { suite } from '../../../support/needs.ts'
import { algorithmView, snapshot } from '../../../support/snapshot.ts'

const test = suite('what is remembered while ccdk top runs')

test('of maps that come and go it is the newest, and all of one that stays', () => {
  const history = new History()
  const stays = algorithmView({ mapId: 1 })
  const registered = (mapId: number) => ({ at: '2026-11-22T00:00:00Z', kind: 'registered', mapId, text: 'registered' }) as const
  history.add(snapshot({ algorithms: [stays], events: [registered(1)] }))
  for (let mapId = 2; mapId <= 1000; mapId += 1) history.add(snapshot({ algorithms: [stays, algorithmView({ mapId })], events: [registered(mapId)] }))
  const known = Array.from({ length: 1000 }, (_, index) => index + 1).filter((mapId) => history.timelineOf(mapId).length > 0)
  assert.is(known[0], 1)
  assert.is(known.at(-1), 1000)
  assert.is(known.length, 102)
})

test.run()
