import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { percentile, summarize } from '../../../src/testbed/index.ts'

const test = suite('statistics')

test('percentiles of 1 to 100 are themselves', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1)
  for (const share of [0.01, 0.5, 0.95, 0.99, 1]) assert.is(percentile(values, share), Math.round(share * 100))
})

test('a percentile is a value that occurred, and they grow with the share', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
      const summary = summarize(values)
      assert.ok(summary !== undefined)
      const { min, p50, p95, p99, max, mean } = summary
      for (const value of [min, p50, p95, p99, max]) assert.ok(values.includes(value))
      assert.ok(min <= p50 && p50 <= p95 && p95 <= p99 && p99 <= max)
      assert.ok(min <= mean && mean <= max)
    }),
  )
})

test('of nothing there is no summary', () => {
  assert.is(summarize([]), undefined)
})

test.run()
