import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import {
  formatBytes,
  formatProbability,
  formatRate,
  formatSize,
  formatTime,
  parseBytes,
  parseProbability,
  parseRate,
  parseSize,
  parseTime,
} from '../../../src/units/index.ts'

const test = suite('units')
const refused = (read: (input: string | number) => unknown, inputs: readonly (string | number)[]) => {
  for (const input of inputs) assert.throws(() => read(input), (error: unknown) => error instanceof UsageError, `${input}`)
}

test('rates', () => {
  assert.equal(['100mbit', '1.5gbit', '500kbit', '64000', '100Mb/s', '1.1mbit', '2 Gbit/s', '0'].map((text) => parseRate(text)), [100e6, 1.5e9, 5e5, 64_000, 100e6, 1_100_000, 2e9, 0])
  assert.is(parseRate(64_000), 64_000)
  refused(parseRate, ['', 'fast', '100MB/s', '100mbps', '-1mbit', '1,5mbit', '1e999', 'mbit', '0x10', '1mbit ', ' 1', '１mbit', -1, NaN, Infinity, '1'.repeat(30)])
  assert.throws(() => parseRate('100mbits'), /^expected a rate such as 100mbit, 1\.5gbit or 64000 \(bit\/s\), not "100mbits"$/)
})

test('times', () => {
  assert.equal(['20ms', '1.5s', '300us', '300µs', '50ns', '2min', '0', '1.1ms', '1e3us'].map((text) => parseTime(text)), [20e6, 1.5e9, 3e5, 3e5, 50, 120e9, 0, 1_100_000, 1e6])
  assert.is(parseTime(0), 0)
  refused(parseTime, ['20', 20, '20 m', '20Ms', '1h'])
})

test('bytes, with 1000 and with 1024', () => {
  assert.equal(['1500', '64kb', '64kB', '64KB', '64kib', '64KiB', '1.5mb', '2gib', '30000b'].map((text) => parseBytes(text)), [1500, 64_000, 64_000, 64_000, 65_536, 65_536, 1.5e6, 2 * 1024 ** 3, 30_000])
  refused(parseBytes, ['64k', '64kbit', '20p'])
})

test('probabilities', () => {
  assert.equal(['1%', '0.001', '1e-4', '100%', '0', '0.7%'].map((text) => parseProbability(text)), [0.01, 0.001, 1e-4, 1, 0, 0.007])
  assert.is(parseProbability(0.5), 0.5)
  refused(parseProbability, ['101%', 2, '1.0001', '50 percent'])
})

test('sizes of queues', () => {
  assert.equal(parseSize('1bdp'), { unit: 'bdp', value: 1 })
  assert.equal(parseSize('20p'), { unit: 'packets', value: 20 })
  assert.equal(parseSize('64kb'), { unit: 'bytes', value: 64_000 })
  assert.equal(parseSize(30_000), { unit: 'bytes', value: 30_000 })
  refused(parseSize, ['20 packets', '1ms', 'bdp'])
})

test('printed in the largest unit, and read again as the same', () => {
  assert.equal([100e6, 1.5e9, 64_000, 0, 1, 123_456_789].map(formatRate), ['100mbit', '1.5gbit', '64kbit', '0bit', '1bit', '123.456789mbit'])
  assert.equal([20e6, 1.5e9, 300e3, 50, 0].map(formatTime), ['20ms', '1.5s', '300us', '50ns', '0ns'])
  assert.equal([1500, 65_536, 64_000].map(formatBytes), ['1.5kb', '65.536kb', '64kb'])
  assert.equal([0.01, 1, 1e-4, 0].map(formatProbability), ['1%', '100%', '0.0001', '0'])
  assert.is(formatSize({ unit: 'bdp', value: 1.5 }), '1.5bdp')
  const positive = fc.double({ min: 0, max: 1e18, noNaN: true })
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  for (const [values, parse, format] of [
    [positive, parseRate, formatRate],
    [positive, parseTime, formatTime],
    [positive, parseBytes, formatBytes],
    [share, parseProbability, formatProbability],
  ] as const) {
    fc.assert(fc.property(values, (value) => Object.is(parse(format(value)), value === 0 ? 0 : value)))
  }
})

test('any text is a value or a UsageError that shows how it is written', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,3}(\.\d)?(e\d)? ?(k|m|g)?(bit|b|s|p|bdp|%)?(\/s)?$/))
  fc.assert(
    fc.property(texts, fc.constantFrom(parseRate, parseTime, parseBytes, parseProbability, parseSize), (text, parse) => {
      try {
        const value = parse(text)
        assert.ok(typeof value === 'object' || (value >= 0 && value < Infinity))
      } catch (error) {
        assert.ok(error instanceof UsageError && error.message.includes('such as'))
      }
    }),
    { numRuns: 2000 },
  )
})

test.run()
