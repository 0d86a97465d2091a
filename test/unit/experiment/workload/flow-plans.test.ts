import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endOf, type FlowPlan, flowPlans, type Item, mean, meanSize, oneSize, readShippedSizes, standardDeviation, type Traffic } from '../../../../src/experiment/index.ts'
import { expectedPlans } from '../../../../src/experiment/workload/plans/traffic.ts'
import { kolmogorov, oneOfThousand } from './support/kolmogorov.ts'

const test = suite('flow plans')

const ms = 1e6
const s = 1e9
const item = (traffic: Traffic, more: Partial<Item> = {}): Item => ({
  traffic, start: 0, length: 10 * s, clients: 1, servers: 1, direction: 'forward', family: 'ipv4', ...more,
})
const plans = (items: readonly Item[] | Item, seed = 1): FlowPlan[] => [...flowPlans('traffic' in items ? [items] : items, seed)]
const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((at, index) => at - (times[index] ?? 0))
const poisson = (gap: number, more: Partial<Item> = {}): Item =>
  item({ kind: 'shortFlows', gaps: { kind: 'exponential', mean: gap }, sizes: oneSize(1000) }, more)
const bytesOf = (all: readonly FlowPlan[]): number => all.reduce((sum, plan) => sum + ('bytes' in plan ? plan.bytes : 0), 0)
const times = (all: readonly FlowPlan[]): (readonly [number, number])[] => all.map((plan) => [plan.at / ms, 'until' in plan ? plan.until / ms : 0])

test('bulk: each flow sends for its time, one after the other begins', () => {
  const common = { kind: 'bulk', direction: 'reverse', family: 'ipv6', cc: 'cubic', workload: 0, last: true } as const
  const bulk = item({ kind: 'bulk', flows: 3, stagger: 1 * s }, { start: 2 * s, direction: 'reverse', family: 'ipv6', cc: 'cubic', clients: 2, servers: 3 })
  assert.equal(plans(bulk), [
    { ...common, at: 2 * s, until: 12 * s, client: 0, server: 0, flow: 0 },
    { ...common, at: 3 * s, until: 13 * s, client: 1, server: 1, flow: 1 },
    { ...common, at: 4 * s, until: 14 * s, client: 0, server: 2, flow: 2 },
  ])
  assert.is(endOf(bulk), 14 * s)
})

test('Poisson arrivals: exponential gaps that do not depend on each other, as many as expected', () => {
  const all = plans(poisson(1 * ms, { length: 20 * s })).map(({ at }) => at)
  // 20,000 are expected, with a deviation of √20,000.
  assert.ok(Math.abs(all.length - 20_000) < 3.3 * Math.sqrt(20_000), `${all.length}`)
  const gaps = gapsOf(all)
  assert.ok(kolmogorov(gaps, (gap) => 1 - Math.exp(-gap / ms)) < oneOfThousand)
  assert.ok(kolmogorov(gaps, (gap) => 1 - Math.exp(-gap / ms / 1.05)) > oneOfThousand)
  // What comes after a long gap is as long as any.
  const after = gaps.filter((_, index) => (gaps[index - 1] ?? 0) > 2 * ms)
  assert.ok(kolmogorov(after, (gap) => 1 - Math.exp(-gap / ms)) < oneOfThousand)
  // In windows of 100 ms there are as many as a Poisson distribution has: the variance is the mean.
  const windows = Array.from({ length: 200 }, (_, window) => all.filter((at) => Math.floor(at / (100 * ms)) === window).length)
  const dispersion = standardDeviation(windows) ** 2 / mean(windows)
  assert.ok(dispersion > 0.7 && dispersion < 1.35, `${dispersion}`)
})

test('fixed arrivals: as far apart as is said, the first at once', () => {
  const fixed = item({ kind: 'shortFlows', gaps: { kind: 'fixed', mean: 3 * s }, sizes: oneSize(77) }, { start: 1 * s })
  assert.equal(plans(fixed).map((plan) => [plan.at / s, bytesOf([plan])]), [[1, 77], [4, 77], [7, 77], [10, 77]])
})

test('the load that was asked for comes', () => {
  const sizes = readShippedSizes('websearch')
  const [rate, load] = [10e9, 0.4]
  const gap = (meanSize(sizes) * 8e9) / (load * rate)
  const all = plans(item({ kind: 'shortFlows', gaps: { kind: 'exponential', mean: gap }, sizes }, { length: 100 * s }))
  assert.ok(all.length > 29_000)
  assert.ok(Math.abs((bytesOf(all) * 8) / 100 / rate - load) < 0.05 * load)
})

test('flows go between all hosts alike', () => {
  const all = plans(poisson(1 * ms, { length: 12 * s, clients: 3, servers: 4 }))
  const counts = Array.from({ length: 12 }, (_, pair) => all.filter(({ client, server }) => client * 4 + server === pair).length)
  const expected = all.length / 12
  // χ² with 11 degrees of freedom: 31.26 in one of 1000 (R: qchisq(0.999, 11)).
  assert.ok(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) < 31.26, counts.join())
})

test('another distribution of sizes, or other hosts, leave the times as they are', () => {
  const timesOf = (more: Partial<Item>, sizes = oneSize(1)) => plans({ ...poisson(50 * ms, more), traffic: { kind: 'shortFlows', gaps: { kind: 'exponential', mean: 50 * ms }, sizes } }).map(({ at }) => at)
  assert.equal(timesOf({ clients: 9 }, readShippedSizes('websearch')), timesOf({}))
})

test('on and off: the times have their distributions, and the last one is cut', () => {
  const fixed = item({ kind: 'onOff', flows: 1, stagger: 0, on: { kind: 'fixed', mean: 2 * s }, off: { kind: 'fixed', mean: 1 * s } }, { length: 7 * s })
  assert.equal(plans(fixed).map((plan) => [...(times([plan])[0] ?? []), plan.last]), [[0, 2000, false], [3000, 5000, false], [6000, 7000, true]])
  const shares = {
    exponential: (scale: number) => (time: number) => 1 - Math.exp(-time / scale),
    pareto: (scale: number) => (time: number) => (time < scale / 3 ? 0 : 1 - (scale / 3 / time) ** 1.5),
  }
  for (const kind of ['exponential', 'pareto'] as const) {
    const durations = (time: number) => ({ kind, mean: time, shape: 1.5 })
    const all = times(plans(item({ kind: 'onOff', flows: 1, stagger: 0, on: durations(3 * ms), off: durations(1 * ms) }, { length: 20 * s })))
    assert.ok(all.length > 3000)
    const on = all.slice(0, -1).map(([at, until]) => until - at)
    const off = all.slice(1).map(([at], index) => at - (all[index]?.[1] ?? 0))
    assert.ok(kolmogorov(on, shares[kind](3)) < oneOfThousand, kind)
    assert.ok(kolmogorov(off, shares[kind](1)) < oneOfThousand, kind)
    assert.ok(kolmogorov(off, shares[kind](1.2)) > oneOfThousand, kind)
  }
})

test('incast: all senders at once, to one host, on the same connections', () => {
  const traffic: Traffic = { kind: 'incast', senders: 3, bytes: 64_000, every: 4 * s }
  const rows = (more: Partial<Item>) => plans(item(traffic, { clients: 2, servers: 2, ...more })).map(({ at, client, server, flow, last }) => [at / s, client, server, flow, last])
  assert.equal(rows({}), [0, 4, 8].flatMap((at) => [[at, 0, 0, 0, at === 8], [at, 1, 0, 1, at === 8], [at, 0, 0, 2, at === 8]]))
  assert.equal(rows({ direction: 'reverse', length: 1 }), [[0, 0, 0, 0, true], [0, 0, 1, 1, true], [0, 0, 0, 2, true]])
})

test('video: a chunk has the bytes that play for its time', () => {
  const video = item({ kind: 'video', flows: 2, stagger: 1 * s, chunk: 4 * s, bitrates: [1e6, 3e6] })
  assert.equal(
    plans(video).map((plan) => [plan.at / s, plan.flow, bytesOf([plan]), plan.last]),
    [[0, 0, 500_000, false], [1, 1, 500_000, false], [4, 0, 1_500_000, false], [5, 1, 1_500_000, false], [8, 0, 500_000, true], [9, 1, 500_000, true]],
  )
})

test('requests and responses: one plan for a connection that goes on until then', () => {
  const traffic: Traffic = { kind: 'requestResponse', flows: 2, stagger: 1 * s, request: 100, response: 64_000, think: 5 * ms }
  const common = { kind: 'requestResponse', direction: 'forward', family: 'ipv4', arm: 'b', workload: 0, last: true, client: 0, server: 0, request: 100, response: 64_000, think: 5 * ms } as const
  assert.equal(plans(item(traffic, { arm: 'b' })), [{ ...common, at: 0, until: 10 * s, flow: 0 }, { ...common, at: 1 * s, until: 11 * s, flow: 1 }])
})

const nsUpTo = (most: number) => fc.integer({ min: 1, max: most })
const durations = fc.oneof(
  fc.record({ kind: fc.constantFrom('fixed' as const, 'exponential' as const), mean: fc.double({ min: 1e5, max: 1e9, noNaN: true }) }),
  fc.record({ kind: fc.constant('pareto' as const), mean: fc.double({ min: 1e5, max: 1e9, noNaN: true }), shape: fc.double({ min: 1.1, max: 5, noNaN: true }) }),
)
const flows = { flows: fc.integer({ min: 1, max: 4 }), stagger: fc.integer({ min: 0, max: 1e9 }) }
const traffics: fc.Arbitrary<Traffic> = fc.oneof(
  fc.record({ kind: fc.constant('bulk' as const), ...flows }),
  fc.record({ kind: fc.constant('shortFlows' as const), gaps: durations, sizes: fc.constantFrom(oneSize(1), readShippedSizes('websearch'), readShippedSizes('datamining')) }),
  fc.record({ kind: fc.constant('onOff' as const), ...flows, on: durations, off: durations }),
  fc.record({ kind: fc.constant('requestResponse' as const), ...flows, request: nsUpTo(1e6), response: nsUpTo(1e9), think: nsUpTo(1e9) }),
  fc.record({ kind: fc.constant('incast' as const), senders: fc.integer({ min: 1, max: 20 }), bytes: nsUpTo(1e9), every: fc.integer({ min: 1e6, max: 1e9 }) }),
  fc.record({ kind: fc.constant('video' as const), ...flows, chunk: fc.integer({ min: 1e6, max: 1e9 }), bitrates: fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 3 }) }),
)
const items: fc.Arbitrary<Item> = fc.record({
  traffic: traffics,
  start: fc.integer({ min: 0, max: 1e9 }),
  length: nsUpTo(2e8),
  clients: fc.integer({ min: 1, max: 5 }),
  servers: fc.integer({ min: 1, max: 5 }),
  direction: fc.constantFrom('forward' as const, 'reverse' as const),
  family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
})
const workloads = fc.array(items, { minLength: 1, maxLength: 4 })
const seeds = fc.integer({ min: 0, max: 0xffff_ffff })

test('whatever is planned is in order, within its time and between its hosts, and each connection ends once', () => {
  fc.assert(
    fc.property(workloads, seeds, (workload, seed) => {
      const all = plans(workload, seed)
      assert.equal(structuredClone(all), all)
      assert.equal(all.map(({ at }) => at), all.map(({ at }) => at).toSorted((left, right) => left - right))
      const ended = new Set<string>()
      for (const plan of all) {
        const of = workload[plan.workload]
        if (of === undefined) throw new Error('of no item')
        assert.ok(Number.isSafeInteger(plan.at) && plan.at >= of.start && plan.at < endOf(of))
        if ('until' in plan) assert.ok(Number.isSafeInteger(plan.until) && plan.until > plan.at && plan.until <= endOf(of))
        if ('bytes' in plan) assert.ok(Number.isSafeInteger(plan.bytes) && plan.bytes >= 1)
        assert.ok(plan.client >= 0 && plan.client < of.clients && plan.server >= 0 && plan.server < of.servers)
        const connection = `${plan.workload}/${plan.flow}`
        assert.not(ended.has(connection))
        if (plan.last) ended.add(connection)
      }
      assert.is(ended.size, new Set(all.map((plan) => `${plan.workload}/${plan.flow}`)).size)
      // Where nothing is random, what is expected is what comes.
      const isCertain = ({ traffic }: Item) => traffic.kind !== 'shortFlows' && traffic.kind !== 'onOff'
      const certain = all.filter((plan) => plan.kind !== 'shortFlows' && plan.kind !== 'onOff')
      assert.is(certain.length, workload.filter(isCertain).reduce((sum, each) => sum + expectedPlans(each), 0))
    }),
    { numRuns: 200 },
  )
})

test('the plans of a seed are the same however they are gone through, and those of an item whatever stands beside it', () => {
  fc.assert(
    fc.property(workloads, items, seeds, (workload, other, seed) => {
      const iterable = flowPlans(workload, seed)
      const all = [...iterable]
      // Left half-way, and two at once.
      for (const plan of iterable) {
        assert.equal(plan, all[0])
        break
      }
      const [one, two] = [iterable[Symbol.iterator](), iterable[Symbol.iterator]()]
      for (const plan of all) assert.equal([one.next().value, two.next().value], [plan, plan])
      assert.is(one.next().done, true)
      assert.equal(plans([...workload, other], seed).filter((plan) => plan.workload < workload.length), all)
    }),
    { numRuns: 100 },
  )
})

test('another seed gives other plans', () => {
  const at = (seed: number) => plans(poisson(10 * ms), seed)[0]?.at
  assert.is(new Set(Array.from({ length: 100 }, (_, seed) => at(seed))).size, 100)
})

test.run()
