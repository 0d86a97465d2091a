import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planPath } from '../../../src/emulator/plan-path.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { pathOf } from '../../../src/spec/index.ts'

const test = suite('what is made for a path')

const path = pathOf({ rate: '100mbit', rtt: '20ms' })

test('a port for each segment, and room for twice what can be on its way', () => {
  const { plan, topology } = planPath(path)
  assert.equal(plan.ports, [{ interface: 'segment-0' }, { interface: 'segment-1' }])
  assert.is(plan.links, path.links)
  assert.is(topology.length, 2)
  const large = planPath(pathOf({ rate: '1gbit', rtt: '100ms' })).plan.frames
  // Rate × round trip, and a queue of as much.
  const packets = (1e9 * 0.1 * 2) / 8 / 1500
  assert.ok(large > 2 * packets && large < 5 * packets, String(large))
})

test('frames that a packet fits into', () => {
  assert.is(planPath({ ...path, mtu: 1500 }).plan.frameSize, 2048)
  assert.is(planPath({ ...path, mtu: 3822 }).plan.frameSize, 4096)
  assert.throws(() => planPath({ ...path, mtu: 3823 }), /up to 3822 bytes, not 3823/)
})

test('too little room is refused with the number that would do', () => {
  const refusal = (frames: number): UsageError | undefined => {
    try {
      planPath(path, { frames })
      return undefined
    } catch (error) {
      if (error instanceof UsageError) return error
      throw error
    }
  }
  const wanted = Number(/--frames (\d+)/.exec(refusal(100)?.hint ?? '')?.[1])
  assert.ok(wanted > 100)
  assert.match(refusal(wanted - 1)?.message ?? '', `this path can have ${wanted} packets on their way`)
  assert.is(refusal(wanted), undefined)
})

test('more than memory can hold is refused', () => {
  const refused = (error: unknown): boolean =>
    error instanceof UsageError && error.message.includes('packets on their way') && error.hint === 'lower a rate, a delay or a limit'
  assert.throws(() => planPath(pathOf({ rate: '10gbit', rtt: '10s' })), refused)
  assert.throws(() => planPath(path, { frames: 2 ** 22 }), /no more than 2097152/)
})

test.run()
