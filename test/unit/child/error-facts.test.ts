import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  errorDocument,
  exitCode,
  ObjectError,
  PermissionError,
  SyscallError,
  TestbedError,
} from '../../../src/errors/index.ts'
import { errorFacts, errorFromFacts } from '../../../src/child/error-facts.ts'

const test = suite('errors between processes')

const across = (error: unknown): Error => errorFromFacts(structuredClone(errorFacts(error)))

test('a PermissionError keeps its class, its fields and its exit code', () => {
  const facts = { doing: 'making a network namespace', syscall: 'unshare', errno: 'EPERM', capability: 'CAP_SYS_ADMIN' }
  const error = new PermissionError(facts)
  const copy = across(error)
  assert.instance(copy, PermissionError)
  assert.is(copy.message, error.message)
  assert.is(copy.stack, error.stack)
  assert.is(exitCode(copy), exitCode(error))
  assert.equal(errorDocument(copy), errorDocument(error))
  assert.is('capability' in copy && copy.capability, 'CAP_SYS_ADMIN')
})

test('causes come along, of their own classes', () => {
  const cause = new SyscallError({
    doing: 'x',
    syscall: 'bind',
    errno: 'EADDRINUSE',
    hint: 'wait',
    cause: new Error('deep'),
  })
  const copy = across(new TestbedError('no service', { cause }))
  assert.instance(copy, TestbedError)
  assert.instance(copy.cause, SyscallError)
  assert.is(copy.cause instanceof Error && copy.cause.cause instanceof Error && copy.cause.cause.message, 'deep')
})

test('other errors stay errors with their name', () => {
  const copy = across(new RangeError('out of range'))
  assert.instance(copy, Error)
  assert.equal([copy.name, copy.message], ['RangeError', 'out of range'])
})

test('a field that cannot be cloned is left out', () => {
  const error = Object.assign(new ObjectError({ file: 'a', path: 'b', expected: 'c' }), { view: () => 1 })
  const copy = across(error)
  assert.instance(copy, ObjectError)
  assert.not.ok('view' in copy)
})

test('what was thrown and is no error becomes one', () => {
  assert.is(across('out of luck').message, 'out of luck')
})

test.run()
