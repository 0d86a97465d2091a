import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { type Overrides, readExperiment, withOverrides } from '../../../../src/experiment/index.ts'

const test = suite('other arms and blocks than those of the spec')

const lines = ['name: x', 'path: { rate: 1mbit, rtt: 1ms }', 'workload: [{ bulk: { flows: 2, seconds: 1 } }]']

function changed(words: string, overrides: Overrides) {
  const source = { file: 'lab.yaml', text: [...lines, words, ''].join('\n') }
  const result = withOverrides({ spec: readExperiment(source), source, named: new Map() }, overrides)
  assert.equal(readExperiment(result.source), result.spec, 'its text says the same')
  return result
}

test('they stand in the text, and what was not to be changed does as before', () => {
  const { spec, source } = changed('arms: { A: { cc: reno }, B: { cc: cubic, ecn: true } } # mine\nblocks: 6', {
    blocks: 3,
    arms: new Map([['B', { object: '/my.bpf.o' }]]),
  })
  assert.equal([spec.blocks, spec.arms[1]], [3, { name: 'B', object: '/my.bpf.o', set: {}, ecn: true }])
  assert.match(source.text, '{ A: { cc: reno }, B: { object: /my.bpf.o, ecn: true } } # mine')
})

test('that an arm is not to ask for ECN stays too', () => {
  const { spec } = changed('arms: { A: { cc: reno }, B: { cc: cubic, ecn: false } }', { arms: new Map([['B', { cc: 'reno' }]]) })
  assert.equal(spec.arms[1], { name: 'B', cc: 'reno', set: {}, ecn: false })
})

test('what an alias stands for stays, though its anchor goes', () => {
  const arms = new Map([['A', { cc: 'reno' }]])
  const { spec } = changed('arms: { A: &a { cc: &cc cubic, ecn: true }, B: *a, C: { cc: *cc } }', { arms })
  assert.equal(spec.arms.map(({ cc, ecn }) => [cc, ecn]), [['reno', true], ['cubic', true], ['cubic', undefined]])
  const other = changed('arms: { A: &a { cc: cubic }, B: *a }', { arms: new Map([['B', { cc: 'reno' }]]) })
  assert.equal(other.spec.arms.map(({ cc }) => cc), ['cubic', 'reno'])
  const blocks = changed('arms: { A: { cc: cubic }, B: { cc: reno } }\nblocks: &many 6\nseed: *many', { blocks: 2 })
  assert.equal([blocks.spec.blocks, blocks.spec.seed], [2, 6])
})

test('an arm that there is not is refused', () => {
  const refused = () => changed('arms: { A: { cc: cubic }, B: { cc: reno } }', { arms: new Map([['C', { cc: 'bbr' }]]) })
  assert.throws(refused, (error: unknown) => error instanceof UsageError && error.message === 'lab.yaml has no arm "C"; it has A, B')
})

test.run()
