import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { BtfMismatchError, VerifierError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, load, openObject, prepare } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('loading', [needs.root, needs.structOps, needs.clang, needs.bpftool])

const directory = join(import.meta.dirname, '../../../src/cc-examples')
const examples = globSync('*.bpf.o', { cwd: directory }).map((file) => basename(file, '.bpf.o'))

/** Fixtures that are whole objects and ask for nothing beside them. */
const fixtures = [
  'attach',
  'core',
  'dummy_ops',
  'flavour',
  'maps',
  'minimal',
  'several',
  'skipped_member',
  'values',
  'wrong_signature',
]

/** Fixtures that are there to be refused, and by what. */
const refused: Readonly<Record<string, new (...args: never[]) => Error>> = {
  long_log: VerifierError,
  renamed_member: BtfMismatchError,
  verifier_reject: VerifierError,
  wrong_kind: BtfMismatchError,
  wrong_kind_struct: BtfMismatchError,
  wrong_size: BtfMismatchError,
}

async function open(name: string): Promise<BpfObject> {
  const file = examples.includes(name) ? exampleFile(name) : await compileFixture(name)
  return openObject(await readFile(file), file)
}

for (const name of [...examples.toSorted(), ...fixtures, ...Object.keys(refused)]) {
  const error = refused[name]
  const fate = error === undefined ? 'loaded, twice at a time, and closed' : `refused by a ${error.name}`
  test(`${name} is ${fate}`, async () => {
    const object = await open(name)
    await leavesNothing((target) => {
      if (error !== undefined) {
        assert.throws(
          () => load(object, target),
          (thrown: unknown) => thrown instanceof error,
        )
        return
      }
      const prepared = prepare(object, target)
      assert.equal(prepared.problems, [])
      const first = load(prepared, target)
      using second = load(object, target)
      assert.ok(first.programs.size > 0)
      for (const { spec, handle } of second.programs.values())
        assert.is(target.objects.programInfo(handle).name, spec.name)
      assert.equal([...first.programs.keys()], [...second.programs.keys()])
      // The first was made first and goes first.
      first[Symbol.dispose]()
      first[Symbol.dispose]()
    })
  })
}

test('what was loaded lives as long as something uses it, in whatever order it is closed', async () => {
  const object = await open('maps')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const handles = [...loaded.programs.values(), ...loaded.maps.values(), ...loaded.structOps.values()].map(
      ({ handle }) => handle,
    )
    for (const handle of handles.toReversed()) handle[Symbol.dispose]()
    assert.throws(() => handles[0]?.number, /used after it was closed/)
  })
})

test('the machine has no object more than before', async () => {
  const objects = await Promise.all([...examples, 'maps', 'several', 'dummy_ops', 'core'].map(open))
  await assertNothingLeft(() => {
    using target = new LinuxTarget()
    using loaded = new DisposableStack()
    for (const object of objects) loaded.use(load(object, target))
  })
})

test.run()
