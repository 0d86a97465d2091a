import * as assert from 'uvu/assert'
import { quantile } from '../../../src/experiment/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { distanceFromExponential, gapsOf, mostDistance, watchArrivals } from '../support/arrivals.ts'

const test = suite('arrivals of flows', [needs.root, needs.tcpdump])

test('tcpdump sees a SYN of each flow when it was planned, and Poisson arrivals of the load that was asked for', async () => {
  const [rate, load, bytes, seconds] = [100e6, 0.25, 20_000, 2]
  const { flows, arrivals, clockErrorNs } = await watchArrivals([{ shortFlows: { load, sizes: bytes, seconds } }], rate, 3)
  const mean = (bytes * 8e9) / (load * rate)
  assert.is(arrivals.length, flows)
  assert.ok(Math.abs(flows - (seconds * 1e9) / mean) < 4 * Math.sqrt((seconds * 1e9) / mean), `${flows} flows`)
  const offered = arrivals.reduce((sum, one) => sum + one.bytes, 0) * 8 / seconds / rate
  assert.ok(Math.abs(offered / load - 1) < 4 / Math.sqrt(flows), `a load of ${offered}`)
  const clocks = 50e3 + clockErrorNs
  for (const { plannedNs, startNs, synNs } of arrivals) assert.ok(startNs >= plannedNs && synNs > startNs - clocks, `planned ${plannedNs}, begun ${startNs}, seen ${synNs}`)
  assert.ok(distanceFromExponential(gapsOf(arrivals.map(({ plannedNs }) => plannedNs)), mean) < mostDistance)
  // A machine that is busy sends them when it can, which is another distribution. One that is in time has the planned one.
  const errors = arrivals.map(({ plannedNs, synNs }) => synNs - plannedNs)
  const [median, high] = [quantile(errors, 0.5), quantile(errors, 0.9)]
  const distance = distanceFromExponential(gapsOf(arrivals.map(({ synNs }) => synNs)), mean)
  assert.ok(high > mean / 20 || distance < mostDistance, `${median} ns late in the median, ${high} ns one of ten; distance ${distance}`)
})

test.run()
