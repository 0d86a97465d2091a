import { setImmediate as turn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Broadcast } from '../../../src/testbed/broadcast.ts'

const test = suite('broadcast')

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

test('every loop sees what comes after its start', async () => {
  const broadcast = new Broadcast<number>()
  broadcast.push(1)
  const early = collect(broadcast)
  await turn()
  broadcast.push(2)
  await turn()
  const late = collect(broadcast)
  await turn()
  broadcast.push(3)
  broadcast.end()
  assert.equal(await early, [2, 3])
  assert.equal(await late, [3])
})

test('a loop that begins after the end ends at once', async () => {
  const broadcast = new Broadcast<number>()
  broadcast.end()
  assert.equal(await collect(broadcast), [])
})

test('an error ends the loop after the values that came before it', async () => {
  const broadcast = new Broadcast<number>()
  const seen: number[] = []
  const loop = (async () => {
    for await (const value of broadcast) seen.push(value)
  })()
  await turn()
  broadcast.push(1)
  broadcast.end(new Error('the host ended'))
  broadcast.end()
  const message = await loop.catch((error: unknown) => String(error))
  assert.is(message, 'Error: the host ended')
  assert.equal(seen, [1])
})

test('a loop that is slow loses the oldest values, not the newest', async () => {
  const broadcast = new Broadcast<number>()
  const loop = collect(broadcast)
  await turn()
  for (let value = 0; value < 1500; value++) broadcast.push(value)
  broadcast.end()
  const seen = await loop
  assert.is(seen.length, 1000)
  assert.is(seen.at(-1), 1499)
})

test.run()
