// gate: timeout 2400s
import * as assert from 'uvu/assert'
import { machineLock } from '../support/machine-lock.ts'
import { needs, suite } from '../support/needs.ts'
import { alike, missedRate, nominalRate } from './proofs/aa.ts'
import { countVerdicts } from './support/alike.ts'
import { atMost, mostByChance } from './support/chance.ts'

const test = suite('arms that do not differ', [needs.root, needs.structOps])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

test('what chance does is what SciPy says of it', () => {
  // scipy.stats.binom.cdf of SciPy 1.17.1
  const known: [count: number, of: number, rate: number, chance: number][] = [[0, 40, 0.05, 0.1285121566], [4, 40, 0.03125, 0.9921115782], [6, 40, 0.05, 0.9966081024], [120, 240, 0.5, 0.5257248029], [240, 240, 0.5, 1.0]]
  for (const [count, of, rate, chance] of known) assert.ok(Math.abs(atMost(count, of, rate) - chance) < 1e-9, `${count} of ${of}`)
  assert.equal([mostByChance(40, 0.05, 0.01), mostByChance(240, 0.5, 0.01)], [6, 138])
})

test('are called better or worse as often as is nominal, and neither has more of anything', async () => {
  const designs = [await countVerdicts('alone', 40, tell), await countVerdicts('mixed', 10, tell)]
  alike.record({ designs })
  for (const { design, blocks, experiments, decided, metrics } of designs) {
    const nominal = nominalRate(blocks)
    assert.ok(experiments > 0, `${design}: no experiment had all its blocks`)
    assert.ok(decided <= mostByChance(experiments, nominal, 0.01), `${design}: ${decided} of ${experiments} experiments are decided`)
    // All metrics together are to stay within what chance does in 99 of 100 cases.
    const level = 0.01 / metrics.length
    for (const { metric, experiments: compared, striking, missed, higherIn, lowerIn } of metrics) {
      assert.ok(striking <= mostByChance(compared, nominal, level), `${design}, ${metric}: p is below 5 % in ${striking} of ${compared}`)
      assert.ok(missed <= mostByChance(compared, missedRate, level), `${design}, ${metric}: ${missed} of ${compared} intervals leave 0 out`)
      const most = mostByChance(higherIn + lowerIn, 0.5, level / 2)
      assert.ok(Math.max(higherIn, lowerIn) <= most, `${design}, ${metric}: B is higher in ${higherIn} blocks and lower in ${lowerIn}`)
    }
  }
})

test.run()
