import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from '../../../../src/experiment/statistics/distributions.ts'
import { alike } from './support/alike.ts'

const test = suite('distributions')

// R 4.2.2: options(digits=15); pnorm(…), qnorm(…), pt(…), qt(…)
test('the normal distribution, as R has it', () => {
  alike([-8, -5, -2.5, -1, 0.3, 3].map(normalCdf), [
    6.22096057427178e-16, 2.86651571879194e-7, 0.00620966532577613, 0.158655253931457, 0.617911422188953, 0.99865010196837,
  ])
  alike([1e-10, 0.001, 0.025, 0.4, 0.9].map(normalQuantile), [
    -6.36134090240406, -3.09023230616781, -1.95996398454005, -0.2533471031358, 1.2815515655446,
  ])
  assert.equal([0, 1].map(normalQuantile), [-Infinity, Infinity])
  assert.ok(Math.abs(normalQuantile(0.5)) < 1e-15)
})

test("Student's t, as R has it", () => {
  alike([1, 2, 3, 8, 30].map((freedom) => studentCdf(-2, freedom)), [
    0.147583617650433, 0.091751709536137, 0.0696629842794216, 0.0402581189786313, 0.0273125224814916,
  ])
  alike([studentCdf(0.5, 7)], [0.683796432155358])
  alike([1, 2, 5, 7, 19].map((freedom) => studentQuantile(0.025, freedom)), [
    -12.7062047361747, -4.30265272974946, -2.57058183563632, -2.36462425159278, -2.09302405440831,
  ])
})

test.run()
