import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { Failures } from '../../../src/monitor/failures.ts'

const test = suite('what fails in looks')

const failing = (errno: string) => (): never => {
  throw new SyscallError({ doing: 'looking', syscall: 'bpf', errno })
}

test('the same failure is told once, again after it was mended, and another one at once', () => {
  const failures = new Failures()
  const told = (...parts: (() => unknown)[]): string[] => {
    for (const part of parts) failures.attempt(part)
    return failures.end('now').map(({ text }) => text)
  }
  assert.equal(told(failing('EMFILE'), failing('ENOMEM'), () => 'well'), ['looking: bpf answered EMFILE', 'looking: bpf answered ENOMEM'])
  assert.equal(told(failing('EMFILE')), [])
  assert.equal(told(failing('EMFILE'), failing('ENOMEM')), ['looking: bpf answered ENOMEM'])
  assert.equal(told(), [])
  assert.equal(told(failing('EMFILE')), ['looking: bpf answered EMFILE'])
})

test('what works is answered, and a mistake is thrown', () => {
  const failures = new Failures()
  assert.is(failures.attempt(() => 7), 7)
  assert.throws(() => failures.attempt(() => BigInt(0.5)), /BigInt/)
})

test.run()
