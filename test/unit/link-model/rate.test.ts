import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError, UsageError } from '../../../src/errors/index.ts'
import { mostBytes, nominalRate, rateOf, type RateOptions, type RateStep } from '../../../src/link-model/index.ts'
import { ms, second } from './traffic.ts'

const test = suite('rates')
const constantRate = (rate: number) => rateOf({ kind: 'constant', rate })
const steppedRate = (steps: RateStep[], period?: number) => rateOf({ kind: 'steps', steps, ...(period === undefined ? {} : { period }) })
const traceRate = (text: string, file: string) => rateOf({ kind: 'trace', text, file })

test('constant: 1500 bytes at 12 Mbit/s take 1 ms', () => {
  assert.is(constantRate(12e6).finish(5 * ms, 1500), 6 * ms)
  assert.is(constantRate(Infinity).finish(5 * ms, 1500), 5 * ms)
})

test('in steps: a packet goes on at the new rate, and waits through an outage', () => {
  const rate = steppedRate([{ at: 0, rate: 12e6 }, { at: 10 * ms, rate: 0 }, { at: 30 * ms, rate: 6e6 }])
  assert.is(rate.finish(0, 1500), ms)
  // Half of it before the outage, half at half the speed after it.
  assert.is(rate.finish(9.5 * ms, 1500), 31 * ms)
  assert.is(rate.finish(20 * ms, 1500), 32 * ms)
})

test('in steps that start again', () => {
  const rate = steppedRate([{ at: 0, rate: 8e6 }, { at: 10 * ms, rate: 16e6 }], 20 * ms)
  // 10 kB and 20 kB in each period.
  assert.is(rate.finish(0, 90_000), 60 * ms)
  assert.is(rate.finish(40 * ms, 10_000), 50 * ms)
})

test('in steps that start again after a time that is no whole number', () => {
  const period = 198_365_146.481_668_38
  const rate = steppedRate([{ at: 0, rate: 8e6 }, { at: period / 3, rate: 16e6 }], period)
  // 24474 turns end where dividing by their length says that the last of them goes on.
  const end = 4_854_788_594_992.352
  for (const start of [end, end - 1]) assert.ok(Math.abs(rate.finish(start, 1000) - start - ms) < 10)
  const mean = (8e6 + 2 * 16e6) / 3
  assert.ok(Math.abs(rate.finish(0, 125e6) / ((1e9 / mean) * second) - 1) < 1e-3)
})

test('steps: two packets in a row take as long as one of both sizes', () => {
  const steps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 50 }), rate: fc.integer({ min: 1, max: 1000 }) }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(steps, fc.nat(100), fc.nat(100_000), fc.nat(100_000), (list, start, one, other) => {
      let at = 0
      const rate = steppedRate(
        list.map(({ gap, rate: mbit }) => {
          const step = { at, rate: mbit * 1e6 }
          at += gap * ms
          return step
        }),
      )
      const inTwo = rate.finish(rate.finish(start * ms, one), other)
      assert.ok(Math.abs(inTwo - rate.finish(start * ms, one + other)) < 1)
    }),
  )
})

test('steps that make no sense', () => {
  const bad = [[], [{ at: 1, rate: 1 }], [{ at: 0, rate: 1 }, { at: 0, rate: 2 }], [{ at: 0, rate: 0 }], [{ at: 0, rate: 1 }, { at: 5, rate: 0 }]]
  for (const steps of bad) assert.throws(() => steppedRate(steps), (error: unknown) => error instanceof UsageError)
  assert.throws(() => steppedRate([{ at: 0, rate: 1 }, { at: 5, rate: 2 }], 5), /before it starts again/)
})

test('a trace: packets leave at its moments, which are lost when nothing waits', () => {
  const rate = traceRate('1\n2\n2\n10\n', 'x.trace')
  assert.is(rate.finish(0, 1504), 1 * ms)
  assert.is(rate.finish(1 * ms, 1504), 2 * ms)
  assert.is(rate.finish(2 * ms, 1504), 2 * ms)
  // 4 ms is after 2 and before 10; the trace starts again after its last line, so that 11 is the next.
  assert.is(rate.finish(4 * ms, 1504), 10 * ms)
  assert.is(rate.finish(10 * ms, 1504), 11 * ms)
})

test('a trace: small packets share a moment, and a large one takes several', () => {
  const rate = traceRate('5\n10\n', 'x.trace')
  assert.equal([rate.finish(0, 500), rate.finish(5 * ms, 500), rate.finish(5 * ms, 504)], [5 * ms, 5 * ms, 5 * ms])
  assert.is(rate.finish(5 * ms, 3000), 15 * ms)
  // The 8 bytes that are left at 15 ms are gone at 16.
  assert.is(rate.finish(16 * ms, 8), 20 * ms)
})

test('a trace: far ahead it is found as fast, and a long run gives its mean rate', () => {
  const rate = traceRate('3\n7\n8\n20\n', 'x.trace')
  assert.is(rate.finish(1e6 * second, 1), 1e6 * second)
  const busy = traceRate('3\n7\n8\n20\n', 'x.trace')
  let time = 0
  for (let count = 0; count < 4000; count += 1) time = busy.finish(time, 1504)
  assert.is(time, 20 * second)
})

test('a trace whose lines let more through', () => {
  const rate = rateOf({ kind: 'trace', text: '1\n2\n', file: 'x', opportunity: 1514 })
  assert.equal([rate.finish(0, 1514), rate.finish(ms, 1514), rate.finish(2 * ms, 1514)], [ms, 2 * ms, 3 * ms])
})

test('the rate by which a queue is measured, and what is sent at most in a time', () => {
  const steps: RateOptions = { kind: 'steps', steps: [{ at: 0, rate: 1e6 }, { at: ms, rate: 8e6 }], period: 2 * ms }
  const trace: RateOptions = { kind: 'trace', text: '1\n2\n2\n10\n', file: 'x' }
  assert.equal([{ kind: 'constant', rate: 8e6 } as const, steps, trace].map(nominalRate), [8e6, 8e6, (4 * 1504 * 8) / 0.01])
  assert.is(mostBytes(steps, ms), 1000)
  // At 1 ms, twice at 2 ms; at 10 ms, which is 0 of the next turn, at 11 ms and twice at 12 ms; and so on.
  assert.equal([0, 1, 2, 10, 12].map((time) => mostBytes(trace, time * ms) / 1504), [2, 3, 4, 6, 8])
})

test('a trace sends no more in any time than is said of it', () => {
  const gaps = fc.array(fc.nat(4), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(gaps, fc.nat(60), fc.array(fc.nat(200), { minLength: 2, maxLength: 2 }), (list, length, [from = 0]) => {
      let at = 0
      const text = [...list.map((gap) => `${(at += gap)}\n`), `${at + 1}\n`].join('')
      const options: RateOptions = { kind: 'trace', text, file: 'x' }
      const rate = rateOf(options)
      let sent = 0
      for (let time = from * ms; time <= (from + length) * ms; sent += 1) time = rate.finish(time, 1504)
      assert.ok((sent - 1) * 1504 <= mostBytes(options, length * ms), `${sent - 1} ${mostBytes(options, length * ms) / 1504}`)
    }),
  )
})

test('a trace that is none', () => {
  for (const [text, message] of [
    ['1\nx\n', 'x.trace: line 2: a whole number of ms'],
    ['5\n4\n', 'x.trace: line 2: a time that is not before that of the line above'],
    ['', 'x.trace: a trace that ends after 0 ms'],
    ['0\n0\n', 'x.trace: a trace that ends after 0 ms'],
    ['9999999999999', 'x.trace: line 1: a whole number of ms'],
  ] as const) {
    assert.throws(() => traceRate(text, 'x.trace'), (error: unknown) => error instanceof ObjectError && error.message === message)
  }
})

test.run()
