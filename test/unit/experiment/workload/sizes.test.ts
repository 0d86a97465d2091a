import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../../src/errors/index.ts'
import {
  meanSize,
  oneSize,
  parseSizes,
  readShippedSizes,
  scaled,
  shareAtMost,
  shippedSizes,
  sizeAt,
  type SizeDistribution,
  truncated,
} from '../../../../src/experiment/index.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { kolmogorov, oneOfThousand } from './support/kolmogorov.ts'

const test = suite('sizes of flows')

const packet = 1460
const parse = (text: string): SizeDistribution => parseSizes({ text, file: 'own.txt' })
const sampled = (sizes: SizeDistribution, count: number): number[] => {
  const random = new Random(7, 'sizes')
  return Array.from({ length: count }, () => sizeAt(sizes, random.float()))
}

function said(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof ObjectError) return error.message.replace('own.txt: ', '')
    throw error
  }
  return ''
}

test('means: those that experiments with these sizes give', () => {
  // set mean_flow_size 1711250 stands beside CDF_dctcp.tcl, 5117*1460 beside CDF_vl2.tcl.
  assert.is(Math.round(meanSize(readShippedSizes('websearch'))), 1_711_250)
  assert.is(Math.round(meanSize(readShippedSizes('datamining')) / packet), 5117)
})

test('quantiles: the published points', () => {
  const web = readShippedSizes('websearch')
  assert.equal([0.15, 0.2, 0.3, 0.4, 0.53, 0.6, 0.7, 0.8, 0.9, 0.97].map((share) => sizeAt(web, share) / 1000), [10, 20, 30, 50, 80, 200, 1000, 2000, 5000, 10_000])
  const mining = readShippedSizes('datamining')
  assert.equal([0, 0.25, 0.499, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99].map((share) => sizeAt(mining, share) / packet), [1, 1, 1, 2, 3, 7, 267, 2107, 66_667])
  assert.is(sizeAt(mining, 1 - 2 ** -32), 666_667 * packet - 20)
  // Between two of them sizes are spread evenly, and below the first point as the file says: from 0 on, or nothing.
  assert.equal([0, 0.075, 0.175, 0.985].map((share) => sizeAt(web, share)), [1, 5000, 15_000, 20_000_000])
  assert.equal([0, packet - 1, packet, 10_220].map((bytes) => shareAtMost(mining, bytes)), [0, 0, 0.5, 0.8])
})

for (const name of shippedSizes) {
  test(`${name}: samples have the distribution that they are drawn from, and no other`, () => {
    const sizes = readShippedSizes(name)
    const samples = sampled(sizes, 20_000)
    const shareOf = (other: SizeDistribution) => (bytes: number) => shareAtMost(other, bytes)
    assert.ok(kolmogorov(samples, shareOf(sizes), true) < oneOfThousand)
    assert.ok(kolmogorov(samples, shareOf(scaled(sizes, 1.2)), true) > oneOfThousand)
    const steps = sizes.map(({ share }, index) => ({ bytes: sizes[Math.max(0, index - 1)]?.bytes ?? 0, share }))
    assert.ok(kolmogorov(samples, shareOf(steps), true) > oneOfThousand)
  })

  test(`${name}: a file that was cut at any byte is refused, with the line`, () => {
    const text = readFileSync(join(import.meta.dirname, `../../../../src/experiment/workload/sizes/${name}.txt`), 'utf8')
    assert.equal(parse(text), readShippedSizes(name))
    assert.equal(parse(text.trimEnd()), readShippedSizes(name))
    for (let length = text.trimEnd().length - 1; length >= 0; length -= 1) assert.match(said(text.slice(0, length)), /^line \d+: expected /)
  })
}

test('the format', () => {
  const points = [{ bytes: 0, share: 0 }, { bytes: 1000, share: 0.5 }, { bytes: 3000, share: 1 }]
  for (const text of ['0 0\n1000 0.5\n3000 1', '# who measured it\r\n0\t0\r\n\r\n  1000 .5 # half\r\n3000 1.0\r\n', '\u{FEFF}0 0e0\n1000 5e-1\n3000 1\n#']) assert.equal(parse(text), points)
  const cases: [text: string, message: string][] = [
    ['', 'line 1: expected a last line with a share of 1, and there is no line'],
    ['# 0 0\n', 'line 2: expected a last line with a share of 1, and there is no line'],
    ['0 0\n10 0.9', 'line 2: expected a last line with a share of 1, and this is the last'],
    ['10000 0.15\n', 'line 1: expected a share of 0 first: 0 0 where smaller flows have all sizes down to 0, 10000 0 where none is smaller'],
    ['0 0\n10000 15', 'line 2: expected a share from 0 to 1 (percent are divided by 100), not "15"'],
    ['0 0\n10 -0.1', 'line 2: expected a share from 0 to 1 (percent are divided by 100), not "-0.1"'],
    ['0 0\n10 NaN', 'line 2: expected a share from 0 to 1 (percent are divided by 100), not "NaN"'],
    ['0 0\n10 0x1', 'line 2: expected a share from 0 to 1 (percent are divided by 100), not "0x1"'],
    ['0 0\n# a\n10', 'line 3: expected bytes and a share, such as 10000 0.15'],
    ['1 1 0\n', 'line 1: expected bytes and a share, such as 10000 0.15'],
    ['0 0\n10.5 1', 'line 2: expected a whole number of bytes, not "10.5"'],
    ['0 0\n-10 1', 'line 2: expected a whole number of bytes, not "-10"'],
    ['0 0\n1e999 1', 'line 2: expected a whole number of bytes, not "1e999"'],
    ['0 0\n10kb 1', 'line 2: expected a whole number of bytes, not "10kb"'],
    ['0 0\n20 0.5\n10 1', 'line 3: expected no fewer bytes than before, which are 20'],
    ['0 0\n20 0.5\n30 0.4', 'line 3: expected no smaller share than before, which is 0.5'],
    ['0 0\n20 0.5\n20 0.5', 'line 3: expected another point than the one before'],
    ['0 0\n0 0.5\n20 1', 'line 2: expected more than 0 bytes: no flow has none'],
  ]
  for (const [text, message] of cases) assert.is(said(text), message)
  assert.match(said(Array.from({ length: 100_002 }, (_, index) => `${index} ${index / 1e6}`).join('\n')), /^line 100001: expected no more than 100000 points/)
})

test('any text is a distribution or an ObjectError', () => {
  const whole = '0 0\n10000 0.15 # a\n200000 .6\n1000000 7e-1\n30000000 1\n'
  const cut = fc.tuple(fc.nat(whole.length), fc.nat(whole.length), fc.string({ maxLength: 5 })).map(([from, to, put]) => whole.slice(0, from) + put + whole.slice(to))
  fc.assert(
    fc.property(fc.oneof(cut, fc.string(), fc.stringMatching(/^[0-9 .\n#e-]{0,40}$/)), (text) => {
      if (said(text) !== '') return
      const size = sizeAt(parse(text), 0.99)
      assert.ok(Number.isSafeInteger(size) && size >= 1, text)
    }),
    { numRuns: 2000 },
  )
})

/** Distributions that rise, jump and rest. */
const distributions = fc
  .array(fc.record({ more: fc.constantFrom(0, 1, 3, 1000, 1e7), part: fc.constantFrom(0, 1, 5) }).filter(({ more, part }) => more + part > 0), { minLength: 1, maxLength: 12 })
  .filter((steps) => steps.some(({ part }) => part > 0))
  .map((steps) => {
    const whole = steps.reduce((sum, { part }) => sum + part, 0)
    let [bytes, parts] = [1, 0]
    return [{ bytes, share: 0 }, ...steps.map(({ more, part }) => ({ bytes: (bytes += more), share: (parts += part) / whole }))]
  })
const shares = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('any distribution is read as it was written, and its quantiles are those of its shares', () => {
  fc.assert(
    fc.property(distributions, fc.array(shares), (sizes, some) => {
      assert.equal(parse(sizes.map(({ bytes, share }) => `${bytes} ${share}`).join('\n')), sizes)
      for (const share of some) {
        const size = sizeAt(sizes, share)
        assert.ok(size >= 1 && size <= (sizes.at(-1)?.bytes ?? 0))
        assert.ok(shareAtMost(sizes, size - 0.5001) <= share + 1e-9 && shareAtMost(sizes, size + 0.5001) >= share - 1e-9, `${size} at ${share}`)
      }
      const rising = some.toSorted((left, right) => left - right).map((share) => sizeAt(sizes, share))
      assert.equal(rising, rising.toSorted((left, right) => left - right))
    }),
  )
})

test('scaled and truncated: the flows that remain are as they were among themselves', () => {
  fc.assert(
    fc.property(distributions, fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: 0, max: 2e7 }), (sizes, factor, largest) => {
      const mean = meanSize(sizes)
      assert.ok(Math.abs(meanSize(scaled(sizes, factor)) / (mean * factor) - 1) < 1e-9)
      const whole = shareAtMost(sizes, largest)
      const kept = truncated(sizes, largest)
      assert.is(kept === undefined, whole === 0)
      if (kept === undefined) return
      assert.is(kept.at(-1)?.share, 1)
      assert.ok(meanSize(kept) <= Math.min(largest, mean) + 1e-6)
      for (const bytes of [0, largest / 3, largest / 2, largest]) {
        assert.ok(Math.abs(shareAtMost(kept, bytes) - Math.min(1, shareAtMost(sizes, bytes) / whole)) < 1e-9)
      }
    }),
  )
  assert.equal(truncated(oneSize(1000), 999), undefined)
  // ∫ of the web search up to 1 MB, by hand: 86,250 of the 0.7 that are kept.
  const kept = truncated(readShippedSizes('websearch'), 1e6)
  assert.ok(kept !== undefined && Math.abs(meanSize(kept) - 86_250 / 0.7) < 1e-6)
})

test.run()
