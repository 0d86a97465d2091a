import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { checkPaths, type ExperimentInput, experimentOf } from '../../../../src/experiment/index.ts'

const test = suite('paths that the emulator can make')

/** What is said against the paths of an experiment, and what to do about it. */
function said(path: NonNullable<ExperimentInput['path']>): string[] {
  const spec = experimentOf({ name: 'x', arms: { A: { cc: 'reno' }, B: { cc: 'cubic' } }, path, workload: [{ bulk: { seconds: 1 } }] })
  try {
    checkPaths(spec)
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint ?? '']
    throw error
  }
  return []
}

test('what cannot be is refused with its scenario, before anything is made', () => {
  assert.equal(said({ rate: ['1mbit', '1gbit'], rtt: '20ms' }), [])
  assert.equal(said({ rate: '1mbit', rtt: '20ms', mtu: 9000 }), ['mtu: the emulator forwards packets of up to 3822 bytes, not 9000', ''])
  const [message = '', hint] = said({ rate: ['1mbit', '10gbit'], rtt: '10s' })
  assert.match(message, /^rate=10gbit: this path can have \d+ packets on their way \(rate × delay and the queues\), and there is room for 2097152$/)
  assert.is(hint, 'lower a rate, a delay or a limit')
})

test.run()
