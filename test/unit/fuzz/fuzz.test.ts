/** The short form of `npm run fuzz`: what comes of damaged input is an answer or a CcdkError, in time. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type FuzzOptions, type FuzzResult, fuzz } from '../../fuzz/pool.ts'
import { edited } from '../../fuzz/mutate.ts'
import { hasKernel } from '../../fuzz/small-kernel.ts'
import { Random } from '../../fuzz/random.ts'

const test = suite('damaged input')

const inputs = 2500

async function run(options: Pick<FuzzOptions, 'corpus' | 'seed'>): Promise<FuzzResult> {
  const result = await fuzz({ ...options, inputs, threads: 1, seconds: 250 })
  const told = result.findings.map(({ seed, index, problem, changes }) => {
    return `npm run fuzz -- --seed ${seed} --only ${index}${options.corpus === 'committed' ? ' --committed' : ''}: ${problem}\n${changes.join('\n')}`
  })
  assert.is(told.join('\n\n'), '')
  assert.is(result.ran, inputs)
  return result
}

test('a fixed seed, of the objects that are committed: every part has its turn, and both outcomes', async () => {
  const { byTarget } = await run({ corpus: 'committed', seed: 1 })
  assert.is(byTarget.size, 12)
  for (const [name, { ran, read }] of byTarget) {
    // An object fits no other's types, so that a machine is needed that says its kernel's.
    assert.ok(ran > 50 && (read > 10 || (name === 'kernel' && !hasKernel)), `${name}: ${read} of ${ran} were taken`)
    // Of these whatever can be read is, and the rest is told.
    assert.ok(name === 'log' || name === 'packet' || read < ran, `${name}: all ${ran} were taken`)
  }
})

test('another seed each time, of all objects that there are', async () => {
  await run({ corpus: 'all', seed: Math.floor(Math.random() * 2 ** 31) })
})

test('an input that does not end, or takes all memory, is told, and the others are run', async () => {
  // Inputs 2 and 5 of this seed are damaged ones.
  const worker = new URL('../../fixtures/fuzz/bad-worker.ts', import.meta.url)
  const limits = { seconds: 60, hangsAfterMs: 5000, heapMb: 32 }
  const { ran, findings } = await fuzz({ corpus: 'committed', seed: 3, inputs: 9, threads: 1, ...limits, worker })
  assert.equal(findings.map(({ index }) => index), [2, 5])
  assert.is(findings[0]?.problem, 'it does not end')
  assert.match(findings[1]?.problem ?? '', 'JS heap out of memory')
  assert.ok(findings.every(({ input, changes, from }) => input.length > 0 && changes.length > 0 && from !== ''))
  assert.is(ran, 3)
})

test('a number is always the same input', () => {
  const draw = (...seeds: readonly number[]) => {
    const random = new Random(...seeds)
    return Array.from({ length: 20 }, () => random.u32())
  }
  assert.equal(draw(1, 2), draw(1, 2))
  assert.not.equal(draw(1, 2), draw(1, 3))
  assert.not.equal(draw(1, 2), draw(2, 2))
})

test('changes are made one after the other, and none beyond the end', () => {
  const changes = [
    { kind: 'set', what: 'a word', at: 0, width: 2, value: 0x0102 },
    { kind: 'set', what: 'a negative number', at: 0, width: 8, value: -1 },
    { kind: 'bytes', what: 'bytes', at: 1, bytes: Uint8Array.of(7, 8) },
    { kind: 'cut', what: 'cut', length: 3 },
    { kind: 'bytes', what: 'bytes', at: 2, bytes: Uint8Array.of(5, 6) },
  ] as const
  assert.equal([...edited(new Uint8Array(10), changes)], [255, 7, 5])
  assert.equal([...edited(new Uint8Array(4), changes.slice(0, 1))], [2, 1, 0, 0])
})

test.run()
