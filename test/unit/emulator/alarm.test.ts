import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Alarm } from '../../../src/emulator/forwarder/alarm.ts'

const test = suite('an alarm')

/** A machine on which every sleep takes so much longer, and `ready` ends it halfway. */
function machine(late: number) {
  const state = { now: 0, slept: [] as number[], ready: false }
  const poller = {
    wait(nanoseconds = 0) {
      state.slept.push(nanoseconds)
      state.now += state.ready ? nanoseconds / 2 : nanoseconds + late
      return state.ready ? 1 : 0
    },
  }
  return { state, alarm: new Alarm(poller, () => state.now) }
}

test('it learns how late it is woken, for short and for long sleeps', () => {
  const { state, alarm } = machine(50e3)
  const errorOf = (nanoseconds: number): number => {
    const before = state.now
    alarm.wait(nanoseconds)
    return state.now - before - nanoseconds
  }
  assert.is(errorOf(100e3), 50e3)
  for (let times = 0; times < 100; times += 1) errorOf(100e3)
  assert.ok(Math.abs(errorOf(100e3)) < 500)
  assert.is(Math.round(errorOf(10e6)), 50e3)
})

test('what comes meanwhile teaches it nothing, and what is too short is not slept for', () => {
  const { state, alarm } = machine(50e3)
  state.ready = true
  for (let times = 0; times < 100; times += 1) alarm.wait(100e3)
  assert.is(state.slept.at(-1), 100e3)
  alarm.wait(1e3)
  assert.is(state.slept.length, 100)
})

test('a machine that is late by far does not make it come early by far', () => {
  const { state, alarm } = machine(50e6)
  for (let times = 0; times < 200; times += 1) alarm.wait(10e6)
  assert.ok((state.slept.at(-1) ?? 0) >= 10e6 - 200e3)
})

test.run()
