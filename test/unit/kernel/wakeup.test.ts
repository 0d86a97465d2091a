import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { POLL, Poller, Wakeup } from '../../../src/kernel/index.ts'

const test = suite('a wakeup')

test('its descriptor is readable from a call until it is cleared, which may be done when there is nothing', () => {
  using wakeup = new Wakeup()
  const poller = new Poller(1)
  poller.set(0, wakeup.fd, POLL.IN)
  assert.is(poller.wait(0), 0)
  Wakeup.clear(wakeup.fd)
  wakeup.call()
  wakeup.call()
  assert.is(poller.wait(0), 1)
  Wakeup.clear(wakeup.fd)
  assert.is(poller.wait(0), 0)
})

test.run()
