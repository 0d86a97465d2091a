// gate: timeout 1800s
import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { VerifierError } from '../../../src/errors/index.ts'
import { type BpfObject, load, openObject } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { selftest } from '../../support/selftests.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite("what the kernel's test_log_fixup misses", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

/** Loads one program of the object, which the verifier refuses. */
async function refusal(program: string, change: (object: BpfObject) => void = () => {}): Promise<VerifierError> {
  const object = openObject(await readFile(await selftest('test_log_fixup')), 'test_log_fixup.bpf.o')
  for (const spec of object.programs) spec.autoload = spec.name === program
  change(object)
  return await leavesNothing((target) => {
    try {
      load(object, target)[Symbol.dispose]()
    } catch (error) {
      if (error instanceof VerifierError) return error
      throw error
    }
    throw new Error('it was not refused')
  })
}

test('a field that the kernel lacks is called by its name', async () => {
  const error = await refusal('bad_relo')
  assert.is(error.program, 'bad_relo')
  assert.match(error.summary.reason, /^the kernel has no struct task_struct___bad\.fake_field, and the program does not check that/)
  assert.match(error.summary.source?.file ?? '', /test_log_fixup\.c$/)
})

test('also one of a function that the program calls', async () => {
  const { summary } = await refusal('bad_relo_subprog')
  assert.match(summary.reason, /^the kernel has no struct task_struct___bad\.fake_field_subprog, /)
})

test('a map that was not to be created is called by its name, and the other one is there', async () => {
  const { summary } = await refusal('use_missing_map', ({ maps }) => {
    for (const map of maps) map.autocreate = map.name !== 'missing_map'
  })
  assert.is(summary.reason, 'the program uses map "missing_map", which was not to be created')
  assert.match(summary.source?.file ?? '', /test_log_fixup\.c$/)
})

test('a weak kernel function that is missing is called by its name', async () => {
  const { summary } = await refusal('use_missing_kfunc')
  assert.match(summary.reason, /^the kernel has no function "bpf_nonexistent_kfunc", and the program does not check that/)
})

test.run()
