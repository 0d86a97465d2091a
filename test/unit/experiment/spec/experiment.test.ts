import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError, UsageError } from '../../../../src/errors/index.ts'
import { type ExperimentInput, experimentOf, openExperiment, planTrials, readExperiment, trialFlows } from '../../../../src/experiment/index.ts'
import { pathOf } from '../../../../src/spec/index.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('experiments')

const text = `name: dctcp-vs-cubic
arms:
  A: { cc: bpf_cubic }
  B: { cc: bpf_dctcp, object: src/cc-examples/bpf_dctcp.bpf.o, set: { alpha: 512 }, ecn: true }
path: { rate: [100mbit, 500mbit], rtt: 10ms, queue: { limit: 1bdp, ecn: { step: 20p } } }
workload: [{ bulk: { flows: 4, seconds: 10 } }, { shortFlows: { load: 0.3, sizes: websearch, seconds: 10 } }]
blocks: 6
designs: [alone, mixed]
gates: [ "B.rtt.p99 < 0.5 * A.rtt.p99", { expect: "B.goodput > 0.95 * A.goodput", design: mixed, scenarios: [rate=500mbit] } ]
`
const read = (words: string) => readExperiment({ text: words, file: 'lab.yaml' })

/** What is said of the experiment with one part of it in another's place, behind the name of the file. */
function said(part: string | RegExp, other: string): string {
  const changed = text.replace(part, other)
  assert.is.not(changed, text)
  try {
    read(changed)
  } catch (error) {
    if (error instanceof ObjectError) return error.message.replace(/^lab\.yaml: /, '')
    throw error
  }
  return ''
}

test('the form of the issue', () => {
  const spec = read(text)
  assert.equal(spec.arms, [
    { name: 'A', cc: 'bpf_cubic', set: {} },
    { name: 'B', cc: 'bpf_dctcp', object: 'src/cc-examples/bpf_dctcp.bpf.o', set: { alpha: '512' }, ecn: true },
  ])
  assert.equal(spec.scenarios.map(({ name }) => name), ['rate=100mbit', 'rate=500mbit'])
  const [first, second] = spec.scenarios
  const queue = { limit: '1bdp', ecn: { step: '20p' } }
  assert.equal([first?.path, second?.path], ['100mbit', '500mbit'].map((rate) => pathOf({ rate, rtt: '10ms', queue })))
  // A load is one of the scenario's own rate.
  const gaps = [first, second].map((scenario) => {
    const traffic = scenario?.items[1]?.traffic
    return traffic?.kind === 'shortFlows' ? traffic.gaps.mean : 0
  })
  assert.ok(Math.abs((gaps[0] ?? 0) / (gaps[1] ?? 1) - 5) < 1e-9)
  assert.equal(spec.gates.map(({ design, scenarios, operator }) => ({ design, scenarios, operator })), [
    { design: 'alone', scenarios: [0, 1], operator: '<' },
    { design: 'mixed', scenarios: [1], operator: '>' },
  ])
  assert.equal([spec.blocks, spec.designs, spec.seed, spec.sampleHz], [6, ['alone', 'mixed'], 1, 10])
  assert.equal(structuredClone(spec), spec, 'it is plain data')
})

test('every list of a path multiplies, but those that a path has itself', () => {
  const names = (path: string): string[] => read(`name: x\narms: { A: { cc: reno }, B: { cc: cubic } }\nworkload: [{ bulk: { seconds: 1 } }]\npath: ${path}\n`).scenarios.map(({ name }) => name)
  assert.equal(names('{ rate: 1mbit, rtt: 10ms }'), [''])
  assert.equal(names('{ rate: [1mbit, 2mbit], rtt: [10ms, 20ms], queue: { limit: [10p, 20p] } }').length, 8)
  assert.equal(names('{ rate: [1mbit, { steps: [{ at: 0s, rate: 1mbit }, { at: 1s, rate: 2mbit }] }], rtt: 1ms }'), ['rate=1mbit', 'rate=#2'])
  assert.equal(names('{ links: [{ rate: [1mbit, 2mbit], rtt: 1ms }, { rate: 3mbit, rtt: [1ms, 2ms] }] }'), [
    'links.rate=1mbit links.rtt=1ms',
    'links.rate=1mbit links.rtt=2ms',
    'links.rate=2mbit links.rtt=1ms',
    'links.rate=2mbit links.rtt=2ms',
  ])
  assert.equal(names('[{ rate: 1mbit, rtt: 1ms }, { rate: [1mbit, 2mbit], rtt: 2ms }]'), ['path=#1', 'path=#2 rate=1mbit', 'path=#2 rate=2mbit'])
})

test('scenarios by names, each with a path or a workload of its own', () => {
  const spec = read(`
name: several
arms: { A: { cc: reno }, B: { cc: cubic } }
workload: [{ bulk: { flows: 2, seconds: 3 } }]
path: { rate: 10mbit, rtt: 10ms }
scenarios:
  - { name: plain }
  - { name: long way, path: { rate: 10mbit, rtt: [100ms, 200ms] } }
  - { name: incast, workload: [{ incast: { senders: 8, bytes: 64kb, every: 100ms, seconds: 1 } }] }
`)
  assert.equal(spec.scenarios.map(({ name, items }) => [name, items[0]?.traffic.kind]), [
    ['plain', 'bulk'],
    ['long way rtt=100ms', 'bulk'],
    ['long way rtt=200ms', 'bulk'],
    ['incast', 'incast'],
  ])
})

test('errors point to line and column, inside of lists too', () => {
  const cases: [part: string | RegExp, other: string, message: string][] = [
    ['500mbit', '500mbits', 'line 5, column 25, path.rate[1]: expected a rate such as 100mbit, 1.5gbit or 64000 (bit/s), not "500mbits"'],
    ['{ step: 20p }', '{ step: [20p, 200p] }', 'line 5, column 87, path.queue.ecn.step[1]: a step at 200p marks nothing: the queue holds 125000 bytes'],
    ['rtt: 10ms', 'rttt: 10ms', 'line 5, column 35, path.rttt: unknown key "rttt": did you mean "rtt"?'],
    ['cc: bpf_cubic', 'cd: bpf_cubic', 'line 3, column 8, arms.A.cd: unknown key "cd": did you mean "cc"?'],
    ['{ cc: bpf_cubic }', '{ ecn: true }', 'line 3, column 6, arms.A: expected cc: cubic, or object: my.bpf.o'],
    ['cc: bpf_cubic', 'cc: cubic, set: { beta: 1 }', 'line 3, column 6, arms.A: only the variables of an object can be set: name it with object'],
    ['  A:', '  1A:', 'line 3, column 3, arms.1A: expected a name of letters and digits for an arm, such as A'],
    [/ {2}B: .*\n/, '', 'line 3, column 3, arms: expected 2 to 8 arms, not 1'],
    [/path: .*\n/, '', 'line 1, column 1: expected path: { rate: 100mbit, rtt: 10ms }'],
    [/workload: .*\n/, '', 'line 1, column 1: expected workload: [{ bulk: { flows: 4, seconds: 10 } }]'],
    ['flows: 4', 'flows: 3', 'line 6, column 12, workload[0]: expected a multiple of 2 flows, not 3: in the design mixed the 2 arms have an equal share of them'],
    ['[alone, mixed]', '[alone, alone]', 'line 8, column 18, designs[1]: expected each design once'],
    ['blocks: 6', 'blocks: 0', 'line 7, column 9, blocks: expected 1 or more, not 0'],
    ['B.rtt.p99 <', 'C.rtt.p99 <', 'line 9, column 10, gates[0]: in column 1 of it: no arm is named "C": expected "A"'],
    ['> 0.95', '= 0.95', 'line 9, column 51, gates[1].expect: in column 11 of it: expected a figure such as B.goodput, a number or a sign, not "="'],
    ['design: mixed', 'design: mixxed', 'line 9, column 91, gates[1].design: expected alone or mixed, not "mixxed": did you mean "mixed"?'],
    ['[rate=500mbit]', '[rate=1mbit]', 'line 9, column 110, gates[1].scenarios[0]: expected a scenario: "rate=100mbit", "rate=500mbit"'],
    ['[100mbit, 500mbit]', '[]', 'line 5, column 15, path.rate: expected one value or more'],
    ['100mbit, 500mbit', '100mbit, []', 'line 5, column 25, path.rate[1]: expected one value or more'],
    [/path: .*/, 'path: []', 'line 5, column 7, path: expected one value or more'],
    [/path: .*/, 'scenarios: [{ name: lossy, path: { rate: 1mbit, rtt: 1ms, loss: [] } }]', 'line 5, column 65, scenarios[0].path.loss: expected one value or more'],
    [/path: .*/, 'path: { links: [] }', 'line 5, column 16, path.links: expected two links'],
    ['rtt: 10ms,', 'rtt: 10ms, seed: 7,', 'line 5, column 52, path.seed: expected no seed here: every block draws one from that of the experiment, seed: 7 beside path'],
    ['rtt: 10ms,', 'rtt: 10ms, seed: [1, 2],', 'line 5, column 53, path.seed[0]: expected no seed here'],
    ['path: {', 'scenarios: [{ name: aqm, rfc9743: 7.10 }]\npath: {', 'line 5, column 35, scenarios[0].rfc9743: expected "7.1" or "7.10" in quotes: as numbers they are the same'],
    ['path: {', 'scenarios: [{ name: aqm, rfc9743: [6.1, 7.1] }]\npath: {', 'line 5, column 41, scenarios[0].rfc9743[1]: expected "7.1" or'],
    ['path: {', 'scenarios: [{ name: aqm, rfc9743: "7.10" }]\npath: {', 'line 5, column 35, scenarios[0].rfc9743: expected a section of RFC 9743 that can be measured: 5.1.1, '],
    ['name: dctcp-vs-cubic', 'name: ../x', 'line 1, column 7, name: expected a name of letters, digits, dots and dashes'],
  ]
  for (const [part, other, message] of cases) assert.is(said(part, other).slice(0, message.length), message)
})

test('sections of RFC 9743 as texts, and as the numbers that YAML takes them for', () => {
  const sections = (words: string) => read(text.replace('path:', `scenarios: [{ name: x, rfc9743: ${words} }]\npath:`).replace(', scenarios: [rate=500mbit]', '')).scenarios[0]?.rfc9743
  assert.equal([sections('[5.1.2, 6.1, 7.11]'), sections('"7.1"')], [['5.1.2', '6.1', '7.11'], ['7.1']])
})

test('the path has the seed of the experiment', () => {
  assert.equal(read(`${text}seed: 7\n`).scenarios.map(({ path }) => path.seed), [7, 7])
})

test('each arm has a flow in every trial, or it is told in which it would have none', () => {
  const plan = (workload: string, more = '') =>
    read(`name: x\narms: { A: { cc: reno }, B: { cc: cubic } }\npath: { rate: [1mbit, 2mbit], rtt: 1ms }\nworkload: ${workload}\n${more}\n`)
  const refusal = (workload: string, more?: string): string => {
    try {
      plan(workload, more)
    } catch (error) {
      if (error instanceof ObjectError) return error.message
      throw error
    }
    return ''
  }
  const few = '[{ shortFlows: { interval: 1s, sizes: 10kb, seconds: 2 } }]'
  // Two flows in the mean, drawn for two blocks of two scenarios: 56 of 100 seeds leave none without any.
  let refused = 0
  for (let seed = 1; seed <= 40; seed += 1) {
    const more = `blocks: 2\nseed: ${seed}`
    const message = refusal(few, more)
    if (message === '') {
      const spec = plan(few, more)
      for (const trial of planTrials(spec)) assert.ok(trialFlows(spec, trial).length > 0)
    } else {
      refused += 1
      assert.match(message, /^lab\.yaml: line 4, column 12, workload\[0\]: expected a flow of arm [AB] in every trial, and it has none in block [12], alone, rate=[12]mbit: give it a higher load, a shorter interval or more seconds$/)
    }
  }
  assert.ok(refused > 8 && refused < 32, `${refused} of 40`)
  // One flow: whose turn it is not has none.
  const one = '[{ shortFlows: { interval: 1s, arrivals: fixed, sizes: 10kb, seconds: 1 } }]'
  assert.is(refusal(one), '')
  assert.match(refusal(one, 'designs: [mixed]'), /expected a flow of arm [AB] in every trial, and it has none in block 1, mixed, rate/)
  // Those of another arm, and of none, do not count.
  const late = (arm: string): string => `[{ shortFlows: { interval: 10ms, sizes: 1kb, seconds: 1 }, ${arm} }, { bulk: { seconds: 1 }, arm: A }, { shortFlows: { interval: 1s, sizes: 10kb, seconds: 1 }, arm: B }]`
  for (const arm of ['arm: A', 'cc: bbr']) assert.match(refusal(late(arm)), /workload\[2\]: expected a flow of arm B/)
  assert.is(refusal(few.replace(']', ', { bulk: { flows: 2, seconds: 1 } }]')), '')
})

test('combinations without end are refused before they are made', () => {
  const many = `[${Array.from({ length: 200 }, (_, index) => `${index + 1}ms`).join(', ')}]`
  assert.match(said('rtt: 10ms', `rtt: ${many}, jitter: ${many}`), /expected no more than 1000 combinations, not 80000$/)
})

test('a program and a module say it in the same words', async () => {
  const input: ExperimentInput = {
    name: 'x',
    arms: { A: { cc: 'reno' }, B: { cc: 'cubic' } },
    path: { rate: ['1mbit', '2mbit'], rtt: '10ms', queue: { limit: ['1bdp', '2bdp'] } },
    workload: [{ bulk: { seconds: 1 } }],
  }
  const spec = experimentOf(input)
  assert.is(spec.scenarios.length, 4)
  assert.equal(spec, read(JSON.stringify(input)))
  assert.throws(() => experimentOf({ ...input, path: { rate: '1mbits', rtt: 0 } }), (error: unknown) => error instanceof UsageError && error.message.startsWith('path.rate: expected a rate'))
  using directory = temporaryDirectory()
  const file = join(directory.path, 'experiment.ts')
  writeFileSync(file, `export default ${JSON.stringify(input)} as const\n`)
  const opened = await openExperiment(file)
  assert.equal(opened.spec, spec)
  assert.equal(read(opened.source.text), spec, 'what a bundle keeps of it')
  writeFileSync(join(directory.path, 'empty.ts'), 'export const x = 1\n')
  const refused = async (name: string): Promise<string> => {
    try {
      await openExperiment(join(directory.path, name))
    } catch (error) {
      if (error instanceof ObjectError) return error.message
      throw error
    }
    return ''
  }
  assert.match(await refused('empty.ts'), /expected an experiment as its default export$/)
  assert.match(await refused('missing.yaml'), /missing\.yaml: expected an experiment: ENOENT/)
})

test.run()
