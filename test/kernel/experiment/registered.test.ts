import * as assert from 'uvu/assert'
import { registeredHashes } from '../../../src/experiment/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, prepare } from '../../../src/loader/index.ts'
import { initialName, register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample } from '../support/algorithm.ts'

const test = suite('algorithms that somebody has registered', [needs.root, needs.structOps])

/** What is found of an example while it is registered. */
async function hashOf(example: string): Promise<string> {
  using target = new LinuxTarget()
  const object = await openExample(example)
  const [spec] = object.structOps
  assert.ok(spec)
  const name = initialName(object, spec) ?? ''
  using loaded = load(prepare(object, target), target)
  using _ = register(loaded, spec.name)
  const arms = ['cubic', name].map((cc) => ({ arm: { name: cc, cc, set: {} }, cc, ownName: cc, needsEcn: false }))
  const hashes = registeredHashes(arms, target)
  assert.equal(Object.keys(hashes), [`${name}, as it was registered`], 'the kernel’s own have none')
  return hashes[`${name}, as it was registered`] ?? ''
}

test('they are known by what their programs are, whenever they are loaded', async () => {
  const hash = await hashOf('bpf_reno')
  assert.is(await hashOf('bpf_reno'), hash)
  assert.is.not(await hashOf('bpf_cubic'), hash)
})

test.run()
