import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestbedError } from '../../../../src/errors/index.ts'
import { whileUp } from '../../../../src/experiment/run/while-up.ts'

const test = suite('work on a path')

const dead = new TestbedError('the process of host client ended (SIGKILL)')

/** What a work that stops when it is told, some turns later, has said by the time that it was waited for. */
async function stopped(how: 'path' | 'signal' | 'both' | 'work' | 'nothing'): Promise<{ said: string[]; result: unknown }> {
  const said: string[] = []
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const controller = new AbortController()
  const work = async (ended: AbortSignal): Promise<string> => {
    said.push('begun')
    if (how === 'nothing') return 'done'
    if (how === 'work') throw new RangeError('odd')
    await once(ended, 'abort')
    await turn()
    said.push('stopped')
    throw new Error('what it was at has gone')
  }
  const result = whileUp({ failed, hosts: [] }, controller.signal, work).catch((error: unknown) => error)
  if (how === 'signal' || how === 'both') controller.abort('enough')
  if (how === 'path' || how === 'both') fail(dead)
  return { result: await result, said }
}

test('it is told that the path has failed, or that it is enough, and is waited for', async () => {
  assert.equal(await stopped('path'), { result: dead, said: ['begun', 'stopped'] })
  assert.equal(await stopped('signal'), { result: 'enough', said: ['begun', 'stopped'] })
  assert.equal(await stopped('both'), { result: 'enough', said: ['begun', 'stopped'] })
})

test('what it finds or throws by itself is what comes of it', async () => {
  assert.equal(await stopped('nothing'), { result: 'done', said: ['begun'] })
  const { result } = await stopped('work')
  assert.instance(result, RangeError)
})

test.run()
