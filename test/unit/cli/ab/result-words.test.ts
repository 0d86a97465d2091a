import * as assert from 'uvu/assert'
import { resultLines, summaryLines } from '../../../../cli/ab/result-words.ts'
import { Output } from '../../../../cli/output/output.ts'
import { width } from '../../../../cli/output/table.ts'
import { compareTrials, type ExperimentResult, experimentOf, metricTable } from '../../../../src/experiment/index.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('the tables of a result')

const spec = experimentOf({
  name: 'tried',
  arms: { A: { cc: 'cubic' }, B: { cc: 'reno' } },
  path: { rate: '10mbit', rtt: '10ms' },
  workload: [{ bulk: { flows: 2, seconds: 1 } }],
})

/** B keeps its packets waiting half as long, and has nearly the same goodput. */
function resultWith(blocks: number): ExperimentResult {
  const figures = Array.from({ length: blocks }, (_, block) =>
    [1, 2].flatMap((factor) => {
      const place = { scenario: 0, design: 'alone', block, arm: factor === 1 ? 'A' : 'B' } as const
      return [
        { ...place, metric: 'goodput', value: 9e6 + 1000 * ((block + factor) % 2) },
        { ...place, metric: 'rtt.p99', value: (3e7 + 1e5 * block) / factor },
        { ...place, metric: 'power', value: 5 + (block + factor) % 2 },
      ]
    }),
  ).flat()
  return {
    ...compareTrials(spec, figures, metricTable),
    name: 'tried',
    seed: 1,
    arms: [{ name: 'A', cc: 'cubic' }, { name: 'B', cc: 'reno' }],
    scenarios: [''],
    trials: { planned: 2 * blocks, valid: 2 * blocks, invalid: [], waiting: 0 },
    passed: true,
  }
}

const eight = resultWith(8)
const output = new Output()
output.configure({ color: 'never' })

const linesAt = (columns: number): string[] => resultLines(eight, columns, output).flatMap((text) => text.split('\n'))

const headerOf = (lines: readonly string[]): string[] => (lines.find((line) => line.startsWith('METRIC')) ?? '').split(/ {2,}/)

test('a table is as wide as the terminal lets it be, and what says the least goes first', () => {
  assert.equal(headerOf(linesAt(Infinity)), ['METRIC', 'A', 'B', 'CHANGE', '95% INTERVAL', 'EFFECT', 'VERDICT'])
  assert.equal(headerOf(linesAt(200)), headerOf(linesAt(Infinity)))
  for (let columns = 60; columns < 140; columns += 1) {
    for (const line of linesAt(columns)) assert.ok(width(line) < Math.max(columns, 70), `${columns}: ${line}`)
  }
  const narrow = linesAt(62)
  assert.equal(headerOf(narrow), ['METRIC', 'A, B', '95% INTERVAL', 'VERDICT'])
  assert.match(narrow.find((line) => line.startsWith('rtt.p99')) ?? '', /^rtt\.p99 +30\.[34]\d?, 15\.2 ms +-50 to -50% {2}better$/)
})

test('all verdicts together, and that few blocks say nothing', () => {
  const [summary, ...more] = summaryLines(eight, output)
  assert.is(summary, 'B against A: better in 1, worse in 0, no difference that matters in 1, inconclusive in 1 of 3 comparisons')
  assert.equal(more, [])
  assert.match(summaryLines(resultWith(4), output)[1] ?? '', /^with fewer than 6 blocks nothing can be called better or worse/)
})

test.run()
