import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ObjectError, UsageError } from '../../../../src/errors/index.ts'
import { demandSameRegistered, type KeptArm, type PreparedArm, prepareArms, type RunFacts } from '../../../../src/experiment/index.ts'
import { availableCongestion } from '../../../../src/kernel/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { madeUpFacts } from '../../../support/made-up-experiment.ts'
import { suite } from '../../../support/needs.ts'
import { kernelOf } from '../../../support/this-kernel.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('the algorithms of an experiment that goes on')

const kernel = kernelOf(new BtfWriter().parse('vmlinux'))
const arm = { name: 'B', cc: 'bpf_empty', set: {} }
const prepare = (kept: KeptArm): PreparedArm[] => prepareArms([arm], kernel, { specFile: '/nowhere/spec.yaml', kept: () => kept })

test('an example of the same name does not take the place of an algorithm that was registered', () => {
  assert.not(availableCongestion().includes(arm.cc))
  assert.throws(() => prepare({}), (error: unknown) => error instanceof UsageError && error.message === 'arm B: the algorithm "bpf_empty" was there when the experiment began, and is not now')
})

test('an object that is not the one that was kept is refused', () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'own.bpf.o')
  writeFileSync(file, 'built anew')
  const refused = (sha256: string) => (error: unknown): boolean =>
    error instanceof ObjectError && error.message.includes(`expected the object that arm B was begun with (SHA-256 ${sha256}), and this is another one`)
  assert.throws(() => prepare({ object: { file, sha256: '00' } }), refused('00'))
  const sha256 = createHash('sha256').update('built anew').digest('hex')
  assert.throws(() => prepare({ object: { file, sha256 } }), (error: unknown) => error instanceof ObjectError && !refused(sha256)(error))
})

test('what is registered under a name has to be what earlier runs found there, where they looked', () => {
  const prepared = [{ arm, cc: 'bpf_empty', ownName: 'bpf_empty', needsEcn: false }]
  const name = 'bpf_empty, as it was registered'
  const run = (hash?: string): RunFacts => ({ ...madeUpFacts, hashes: { ...madeUpFacts.hashes, ...(hash === undefined ? {} : { [name]: hash }) } })
  demandSameRegistered(prepared, { [name]: 'one' }, [])
  demandSameRegistered(prepared, { [name]: 'one' }, [run(), run('one')])
  demandSameRegistered(prepared, {}, [run()])
  for (const hashes of [{}, { [name]: 'other' }]) {
    assert.throws(() => demandSameRegistered(prepared, hashes, [run(), run('one')]), (error: unknown) => error instanceof UsageError && /"bpf_empty" is not the one that was registered/.test(error.message))
  }
})

test.run()
