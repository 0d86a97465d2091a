import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isPathChange, type PathChange, placeChange } from '../../../src/emulator/change.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { pathOf } from '../../../src/spec/index.ts'

const test = suite('changes of a path')

const { links } = pathOf({ rate: '100mbit', rtt: '20ms', queue: { limit: '1bdp' }, reverse: { rate: '10mbit' } })
const right = { link: 0, direction: 'right' }
const left = { link: 0, direction: 'left' }
const rate = (value: number) => ({ kind: 'constant', rate: value })

test('a rate and a round trip are both directions’', () => {
  assert.equal(placeChange({ rate: '50mbit' }, links), [
    { place: right, change: { rate: rate(50e6) } },
    { place: left, change: { rate: rate(50e6) } },
  ])
  assert.equal(placeChange({ rtt: '30ms' }, links), [
    { place: right, change: { delay: 15e6 } },
    { place: left, change: { delay: 15e6 } },
  ])
})

test('all else is of one direction, the first unless it is said', () => {
  const loss = { kind: 'independent', probability: 0.01 }
  assert.equal(placeChange({ loss: '1%' }, links), [{ place: right, change: { loss } }])
  assert.equal(placeChange({ loss: '1%', rate: '1mbit', reverse: true }, links), [{ place: left, change: { rate: rate(1e6), loss } }])
  assert.equal(placeChange({ delay: '1ms' }, links), [{ place: right, change: { delay: 1e6 } }])
  const [first] = placeChange({ jitter: '1ms' }, links)
  assert.equal(first, { place: right, change: { jitter: 1e6, distribution: 'uniform', reorder: false } })
})

test('a limit in bandwidth × delay is of what holds after the change', () => {
  assert.equal(placeChange({ limit: '2bdp' }, links), [{ place: right, change: { limit: { bytes: 500_000 } } }])
  const [first] = placeChange({ limit: '1bdp', rate: '50mbit', rtt: '40ms' }, links)
  assert.equal(first?.change.limit, { bytes: 250_000 })
  assert.equal(placeChange({ limit: '1bdp', reverse: true }, links), [{ place: left, change: { limit: { bytes: 25_000 } } }])
  assert.equal(placeChange({ limit: '100p' }, links), [{ place: right, change: { limit: { packets: 100 } } }])
})

test('the second link of a parking lot', () => {
  const lot = pathOf({ links: [{ rate: '10mbit', rtt: '2ms' }, { rate: '20mbit', rtt: '4ms' }] })
  assert.equal(placeChange({ link: 2, delay: '1ms' }, lot.links), [{ place: { link: 1, direction: 'right' }, change: { delay: 1e6 } }])
})

test('what makes no sense is refused in the words of the specification', () => {
  const cases: [PathChange, RegExp][] = [
    [{}, /nothing was said that should change/],
    [{ rate: 'fast' }, /^rate: expected a rate/],
    [{ rtt: '1ms', delay: '1ms' }, /expected either rtt or delay/],
    [{ limit: 'x' }, /queue\.limit: expected a size/],
    [{ jitter: '1s' }, /jitter: expected no more than the delay/],
    [{ link: 2, rate: '1mbit' }, /link: 1 to 1, not 2/],
    [{ link: 0, rate: '1mbit' }, /link: 1 to 1, not 0/],
  ]
  for (const [change, words] of cases) {
    assert.throws(() => placeChange(change, links), (error: unknown) => error instanceof UsageError && words.test(error.message), words.source)
  }
})

test('what comes as JSON is a change or none', () => {
  for (const value of [{}, { rate: '1mbit' }, { link: 1, reverse: true, limit: 'x' }]) assert.ok(isPathChange(value), JSON.stringify(value))
  for (const value of [null, 7, 'rate', [], { rates: '1mbit' }, { link: '1' }, { link: 1.5 }, { reverse: 1 }]) {
    assert.not.ok(isPathChange(value), JSON.stringify(value))
  }
})

test.run()
