import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CcdkError, ObjectError, UsageError } from '../../../../src/errors/index.ts'
import { flowPlans, type Item, meanSize, networkOf, oneSize, readWorkload, type Setting, type WorkloadInput, workloadOf } from '../../../../src/experiment/index.ts'
import { pathOf } from '../../../../src/spec/index.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('workloads')

const seedsOf = fc.integer({ min: 0, max: 0xffff_ffff })
const ms = 1e6
const s = 1e9
const setting: Setting = { rates: { forward: 100e6, reverse: 10e6 }, clients: 2, servers: 3, arms: ['old', 'new'] }
const read = (workload: string): Item[] => readWorkload({ text: `workload: ${workload}`, file: 'lab.yaml' }, setting)
const common = { start: 0, clients: 2, servers: 3, direction: 'forward', family: 'ipv4' } as const

test('each kind, with what it has by default', () => {
  assert.equal(
    read(`
  - bulk: { flows: 4, seconds: 10, stagger: 1s }
  - bulk: { seconds: 0.5 }
  - shortFlows: { interval: 1ms, arrivals: fixed, sizes: 10kb, seconds: 10 }
  - onOff: { on: 1s, off: 500ms, seconds: 60 }
  - onOff: { on: 1s, off: 1s, times: pareto, seconds: 60 }
  - requestResponse: { response: 64kb, seconds: 10 }
  - incast: { senders: 16, bytes: 64kb, every: 100ms, seconds: 10 }
  - video: { bitrates: [1mbit, 2.5mbit], seconds: 60 }
`),
    [
      { ...common, length: 10 * s, traffic: { kind: 'bulk', flows: 4, stagger: 1 * s } },
      { ...common, length: 500 * ms, traffic: { kind: 'bulk', flows: 1, stagger: 0 } },
      { ...common, length: 10 * s, traffic: { kind: 'shortFlows', gaps: { kind: 'fixed', mean: 1 * ms }, sizes: oneSize(10_000) } },
      { ...common, length: 60 * s, traffic: { kind: 'onOff', flows: 1, stagger: 0, on: { kind: 'exponential', mean: 1 * s }, off: { kind: 'exponential', mean: 500 * ms } } },
      { ...common, length: 60 * s, traffic: { kind: 'onOff', flows: 1, stagger: 0, on: { kind: 'pareto', mean: 1 * s, shape: 1.5 }, off: { kind: 'pareto', mean: 1 * s, shape: 1.5 } } },
      { ...common, length: 10 * s, traffic: { kind: 'requestResponse', flows: 1, stagger: 0, request: 100, response: 64_000, think: 0 } },
      { ...common, length: 10 * s, traffic: { kind: 'incast', senders: 16, bytes: 64_000, every: 100 * ms } },
      { ...common, length: 60 * s, traffic: { kind: 'video', flows: 1, stagger: 0, chunk: 4 * s, bitrates: [1e6, 2.5e6] } },
    ],
  )
})

test('whose flows they are, which way they go, and when', () => {
  const bulk = { length: 1 * s, traffic: { kind: 'bulk', flows: 1, stagger: 0 } } as const
  assert.equal(read('[{ bulk: { seconds: 1 }, cc: dctcp-reno, direction: reverse, family: ipv6, start: 2s }, { bulk: { seconds: 1 }, arm: new }]'), [
    { ...common, ...bulk, cc: 'dctcp-reno', direction: 'reverse', family: 'ipv6', start: 2 * s },
    { ...common, ...bulk, arm: 'new' },
  ])
})

const gapOf = (workload: string): number => {
  const [item] = read(workload)
  return item?.traffic.kind === 'shortFlows' ? item.traffic.gaps.mean : Number.NaN
}

test('a load is that of the rate in its direction, whatever the sizes', () => {
  assert.is(Math.round(gapOf('[{ shortFlows: { load: 0.3, sizes: websearch, seconds: 10 } }]')), 456_333_333)
  assert.is(gapOf('[{ shortFlows: { load: 25%, sizes: 1250, seconds: 10 }, direction: reverse }]'), 4 * ms)
  const cut = read('[{ shortFlows: { load: 1, sizes: { distribution: datamining, scale: 0.5, largest: 1mb }, seconds: 10 } }]')[0]?.traffic
  assert.ok(cut?.kind === 'shortFlows' && cut.sizes.at(-1)?.bytes === 1e6 && cut.sizes[0]?.bytes === 730)
  assert.ok(cut.gaps.mean === meanSize(cut.sizes) * 80)
})

test('what a path has: its bottleneck in each direction, and its hosts', () => {
  const path = pathOf({ clients: 3, servers: 2, links: [{ rate: '100mbit', rtt: '10ms', reverse: { rate: '5mbit' } }, { rate: { steps: [{ at: 0, rate: '1mbit' }, { at: '1s', rate: '40mbit' }] }, rtt: '10ms' }] })
  assert.equal(networkOf(path), { rates: { forward: 40e6, reverse: 5e6 }, clients: 3, servers: 2 })
})

test('a program says it in the same words, and it is plain data', () => {
  const input: WorkloadInput = [{ shortFlows: { load: 0.3, sizes: 'websearch', seconds: 10 }, cc: 'cubic' }]
  const items = workloadOf(input, setting)
  assert.equal(items, read(JSON.stringify(input)))
  assert.equal(structuredClone(items), items)
  assert.throws(() => workloadOf([{ bulk: { seconds: 0 } }], setting), (error: unknown) => error instanceof UsageError && error.message === '[0].bulk.seconds: expected more than 0')
})

test('sizes of your own lie beside the file that names them', () => {
  using place = temporaryDirectory()
  mkdirSync(join(place.path, 'sizes'))
  writeFileSync(join(place.path, 'sizes/own.txt'), '0 0\n10 1\n')
  writeFileSync(join(place.path, 'sizes/cut.txt'), '0 0\n10 0.5\n')
  const from = (sizes: string) => readWorkload({ text: `workload: [{ shortFlows: { load: 0.3, sizes: { ${sizes} }, seconds: 10 } }]`, file: join(place.path, 'lab.yaml') }, setting)
  const [item] = from('file: sizes/own.txt, scale: 1460')
  assert.equal(item?.traffic.kind === 'shortFlows' && item.traffic.sizes, [{ bytes: 0, share: 0 }, { bytes: 14_600, share: 1 }])
  assert.throws(() => from('file: sizes/cut.txt'), (error: unknown) => error instanceof ObjectError && error.message.startsWith('sizes/cut.txt: line 3: expected a last line'))
  assert.throws(() => from('file: none'), (error: unknown) => error instanceof ObjectError && /none: expected sizes of flows, which .*lab\.yaml names: ENOENT/.test(error.message))
})

test('what cannot be is told with its place', () => {
  const short = (rest: string) => `{ shortFlows: { seconds: 10, ${rest} } }`
  const cases: [item: string, message: RegExp][] = [
    ['{ cc: cubic }', /column 12, workload\[0\]: expected one of bulk, shortFlows, .*, and here is none of them$/],
    ['{ bulk: { seconds: 1 }, video: { seconds: 1, bitrates: [1mbit] } }', /here is bulk and video$/],
    ['{ bulkk: { seconds: 1 } }', /column 14, workload\[0\]\.bulkk: unknown key "bulkk": did you mean "bulk"\?$/],
    ['{ bulk: { second: 1 } }', /column 22, workload\[0\]\.bulk\.second: unknown key "second": did you mean "seconds"\?$/],
    ['{ bulk: {} }', /bulk\.seconds: expected seconds without a unit such as 10 or 0\.5, not nothing$/],
    ['{ bulk: }', /bulk: expected keys and values, not nothing$/],
    ['{ bulk: { seconds: 10s } }', /column 31, workload\[0\]\.bulk\.seconds: expected seconds without a unit .*, not "10s"$/],
    ['{ bulk: { seconds: 0 } }', /bulk\.seconds: expected more than 0$/],
    ['{ bulk: { seconds: -1 } }', /bulk\.seconds: expected seconds/],
    ['{ bulk: { seconds: .inf } }', /bulk\.seconds: /],
    ['{ bulk: { seconds: 86401 } }', /workload\[0\]: expected an end within a day$/],
    ['{ bulk: { seconds: 1 }, start: 24h }', /start: expected a time/],
    ['{ bulk: { seconds: 1, flows: 0 } }', /flows: expected 1 or more, not 0$/],
    ['{ bulk: { seconds: 1, flows: 1.5 } }', /flows: expected a whole number, not 1\.5$/],
    ['{ bulk: { seconds: 1, flows: 10001 } }', /flows: expected 10000 or less, not 10001$/],
    ['{ bulk: { seconds: 1, stagger: 1 } }', /stagger: expected a time such as .*, not 1$/],
    ['{ bulk: { seconds: 1 }, cc: cubic, arm: new }', /column 52, workload\[0\]\.arm: expected either cc or arm/],
    ['{ bulk: { seconds: 1 }, arm: newt }', /arm: no arm is named "newt": did you mean "new"\?$/],
    ['{ bulk: { seconds: 1 }, arm: x }', /arm: no arm is named "x": expected old or new$/],
    ['{ bulk: { seconds: 1 }, cc: "a b" }', /cc: expected the name of a congestion control, such as cubic$/],
    ['{ bulk: { seconds: 1 }, cc: a_name_that_is_long }', /cc: expected the name/],
    ['{ bulk: { seconds: 1 }, direction: back }', /direction: expected forward or reverse, not "back"$/],
    ['{ bulk: { seconds: 1 }, family: ipv5 }', /family: expected ipv4 or ipv6, not "ipv5": did you mean "ipv4"\?$/],
    [short('sizes: 1kb'), /shortFlows: expected one of load, interval, and here is none of them$/],
    [short('sizes: 1kb, load: 1, interval: 1s'), /and here is load and interval$/],
    [short('sizes: 1kb, load: 0'), /load: expected more than 0$/],
    [short('sizes: 1kb, load: 1.1'), /load: expected a load such as 0\.3 or 30%, not 1\.1$/],
    [short('sizes: 1kb, interval: 0'), /interval: expected more than 0$/],
    [short('sizes: 1kb, interval: 11s'), /shortFlows: a flow each 11s in the mean is not one within 10s: /],
    [short('load: 0.01, sizes: datamining'), /shortFlows: a flow each 59\.761888s in the mean/],
    [short('load: 0.3'), /shortFlows\.sizes: expected websearch, datamining, bytes such as 10kb, or \{ file: sizes\.txt \}$/],
    [short('load: 0.3, sizes: websaerch'), /sizes: expected .*, not "websaerch": did you mean websearch\?$/],
    [short('load: 0.3, sizes: 0'), /sizes: expected a whole number of bytes, one at least$/],
    [short('load: 0.3, sizes: 1.5'), /sizes: expected a whole number of bytes, one at least$/],
    [short('load: 0.3, sizes: {}'), /sizes: expected one of distribution, file, and here is none of them$/],
    [short('load: 0.3, sizes: { distribution: websearch, file: x }'), /sizes: .*here is distribution and file$/],
    [short('load: 0.3, sizes: { distribution: websearch, larger: 1mb }'), /sizes\.larger: unknown key "larger": did you mean "largest"\?$/],
    [short('load: 0.3, sizes: { distribution: datamining, largest: 1kb }'), /sizes\.largest: expected 1\.46kb or more: no flow is smaller$/],
    [short('load: 0.3, sizes: { distribution: websearch, largest: 1 }'), /sizes: expected sizes of 1 B or more in the mean$/],
    [short('load: 0.3, sizes: { distribution: websearch, scale: 1e-5 }'), /sizes\.scale: expected sizes of 100 B or more in the mean$/],
    [short('load: 0.3, sizes: { distribution: websearch, scale: 1e9 }'), /sizes\.scale: expected sizes below 9 PB$/],
    [short('load: 0.3, sizes: { distribution: websearch, scale: 0 }'), /sizes\.scale: /],
    [short('load: 0.3, sizes: { distribution: websearch, scale: x }'), /sizes\.scale: expected a number, not "x"$/],
    [short('load: 1, sizes: 1'), /workload: expected no more than 1000000 flows, rounds and chunks in all, not about 125000000$/],
    ['{ onOff: { seconds: 1, on: 0, off: 1s } }', /onOff\.on: expected more than 0$/],
    ['{ onOff: { seconds: 1, on: 1s, off: 1s, shape: 1.5 } }', /onOff\.shape: expected times: pareto with it/],
    ['{ onOff: { seconds: 1, on: 1s, off: 1s, times: pareto, shape: 1 } }', /onOff\.shape: expected more than 1/],
    ['{ requestResponse: { seconds: 1, response: 0 } }', /response: expected more than 0$/],
    ['{ requestResponse: { seconds: 1, response: 1.5 } }', /response: expected a whole number of bytes$/],
    ['{ incast: { seconds: 1, senders: 1, bytes: 1kb, every: 0 } }', /every: expected more than 0$/],
    ['{ video: { seconds: 1, bitrates: [] } }', /bitrates: expected 1 or more items, not a list$/],
    ['{ video: { seconds: 1, bitrates: [1mbit, 0] } }', /column 53, workload\[0\]\.video\.bitrates\[1\]: expected more than 0$/],
  ]
  for (const [item, message] of cases) {
    const isTold = (error: unknown) => error instanceof ObjectError && error.message.startsWith('lab.yaml: line 1, column ') && message.test(error.message)
    try {
      read(`[${item}]`)
      assert.unreachable(item)
    } catch (error) {
      assert.ok(isTold(error), `${item}: ${error instanceof Error ? error.message : ''}`)
    }
  }
})

test('any text is a workload that makes flows, or an error of ours', () => {
  const whole = `[{ bulk: { flows: 2, seconds: 1, stagger: 1ms }, cc: cubic }, { shortFlows: { load: 0.3, sizes: { distribution: websearch, scale: .1, largest: 1mb }, seconds: 2 } },
  { onOff: { on: 10ms, off: 5ms, times: pareto, shape: 1.5, seconds: 1 } }, { incast: { senders: 3, bytes: 1kb, every: 100ms, seconds: 1 } }]`
  assert.ok([...flowPlans(read(whole), 1)].length > 50)
  const cut = fc.tuple(fc.nat(whole.length), fc.nat(5), fc.string({ maxLength: 3 })).map(([from, length, put]) => whole.slice(0, from) + put + whole.slice(from + length))
  const digit = fc.tuple(fc.nat(whole.length), fc.constantFrom('0', '9', 'e', '.', '-', 'm')).map(([from, put]) => whole.slice(0, from) + put + whole.slice(from + 1))
  fc.assert(
    fc.property(fc.oneof(cut, digit), seedsOf, (text, seed) => {
      try {
        let before = 0
        for (const { at } of flowPlans(read(text), seed)) {
          assert.ok(at >= before)
          before = at
          if (at > 10 * s) break
        }
      } catch (error) {
        assert.ok(error instanceof CcdkError, String(error))
      }
    }),
    { numRuns: 300 },
  )
})


test.run()
