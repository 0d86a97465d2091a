import * as assert from 'uvu/assert'
import { VerifierError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type MissingUse, prepare } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('uses of what the kernel does not have', [needs.root, needs.structOps, needs.clang])

const object = await openFixture('guards')
const names = object.programs.map(({ name }) => name)

/** What is said of each program before it is loaded. */
function missingOf(name: string): readonly MissingUse[] {
  for (const spec of object.programs) spec.autoload = spec.name === name
  using target = new LinuxTarget()
  const { programs, problems } = prepare(object, target)
  assert.equal(problems, [])
  return programs.flatMap(({ missing }) => missing)
}

test('whether they are reached is what the verifier finds', async () => {
  assert.ok(names.length >= 10)
  for (const name of names) {
    const missing = missingOf(name)
    assert.ok(missing.length > 0, name)
    const reached = missing.some((use) => use.reached)
    assert.is(reached, name.startsWith('fails_'), name)
    await leavesNothing((target) => {
      try {
        load(object, target)[Symbol.dispose]()
        assert.not(reached, name)
      } catch (error) {
        if (!(error instanceof VerifierError)) throw error
        assert.ok(reached, error.message)
      }
    })
  }
})

test('each is told with the program, the function and the source line', () => {
  const [inFunction] = missingOf('fails_in_a_function')
  assert.is(inFunction?.what, 'struct task_struct.no_such_field')
  assert.is(inFunction?.program, 'fails_in_a_function')
  assert.is(inFunction?.function, 'reads')
  assert.match(inFunction?.source?.file ?? '', /guards\.bpf\.c$/)
  assert.is(inFunction?.source?.text, 'return task->no_such_field;')
  const [called] = missingOf('fails_for_the_function')
  assert.equal([called?.kind, called?.what, called?.source?.text], ['function', 'ccdk_no_such_function', 'ccdk_no_such_function();'])
})

test.run()
