import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { linkObjects } from '../../../src/linker/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { withUniqueNames } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { differencesOf } from '../support/differences.ts'
import { LibbpfProcess } from '../support/libbpf-process.ts'
import type { ObjectFacts } from '../support/loaded-facts.ts'
import { type LoadedTwice, loadTwice } from '../support/loaded-twice.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback, send } from '../support/traffic.ts'
import { withoutTypes } from '../support/without-types.ts'

const test = suite('linked objects on the kernel', [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
])

test.before(ownLoopback)

const linked = async (files: readonly string[]) =>
  linkObjects(await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) }))))

const sameOnBoth = ({ libbpf, ccdk, refusal }: LoadedTwice): ObjectFacts => {
  assert.is(refusal, '')
  assert.ok(libbpf !== null && ccdk !== null)
  assert.equal(differencesOf(ccdk, libbpf), [])
  return ccdk
}

for (const parts of [
  ['linked_library', 'linked_algorithm'],
  ['linked_algorithm', 'linked_library'],
  ['linked_sum1', 'linked_sum2'],
]) {
  test(`${parts.join(' and ')}: both loaders load it as what bpftool links`, async () => {
    const files = await Promise.all(parts.map((name) => compileFixture(name)))
    using directory = temporaryDirectory()
    // The object's name is a part of its maps' names.
    const [ours, theirs] = ['ours', 'theirs'].map((name) => join(directory.path, name, 'linked.bpf.o'))
    if (ours === undefined || theirs === undefined) throw new Error('no paths')
    await execa('mkdir', [join(ours, '..'), join(theirs, '..')])
    await writeFile(ours, (await linked(files)).bytes)
    await execa('bpftool', ['gen', 'object', theirs, ...files])
    await using bpffs = await mountBpffs()
    using libbpf = new LibbpfProcess({ limitMs: 300_000 })
    using target = new LinuxTarget()
    const settings = { libbpf, target, bpffs: bpffs.path }
    // bpftool 7.1 gives the types other numbers.
    const loaded = sameOnBoth(await loadTwice(ours, settings))
    // Where an object brings a weak variable that gives way, bpftool 7.1 leaves places in BTF to the loader that libbpf 1.1
    // does not mend. The kernel then has other places of variables in its types, and all the rest is the same.
    const expected = await loadTwice(theirs, settings)
    assert.ok(expected.ccdk !== null && expected.libbpf !== null, expected.refusal)
    assert.ok(loaded.programs.size > 0)
    assert.equal(differencesOf(withoutTypes(loaded), withoutTypes(expected.ccdk)), [])
    assert.equal(differencesOf(withoutTypes(loaded), withoutTypes(expected.libbpf)), [])
  })
}

test('each object uses what the other defines', async () => {
  const files = await Promise.all(['linked_sum1', 'linked_sum2'].map((name) => compileFixture(name)))
  const { bytes, unresolved, overridden } = await linked(files)
  assert.equal(unresolved, [])
  assert.equal(overridden.map(({ name }) => name).toSorted(), ['weak_add', 'weak_data'])
  await leavesNothing((target) => {
    using loaded = load(openObject(bytes, 'linked.bpf.o'), target)
    const run = (name: string): number => {
      const program = loaded.programs.get(name)
      if (program === undefined) throw new Error(`no program ${name}`)
      return target.testRun(program.handle, { context: new Uint8Array(8) }).returned
    }
    // 10 + 100 + 20 + 200 + 5 of the data, 1 of weak_add, and 2000 and 1000 of the two functions called local.
    assert.is(run('sum1'), 3336)
    assert.is(loaded.variable<number>('our_bss').get(), 3336)
    assert.equal(loaded.map<number, number>('shared').get(1), 3)
    // 3336 of the other object's variable, 0x1111 and 1 of weak_add, and 3 of the map.
    assert.is(run('sum2'), 3336 + 0x1111 + 1 + 3)
    loaded.variable<number>('their_data').set(30)
    assert.is(run('sum1'), 3346)
  })
})

test('an algorithm of two objects is registered and carries traffic', async () => {
  const files = await Promise.all(['linked_library', 'linked_algorithm'].map((name) => compileFixture(name)))
  const { bytes, unresolved, overridden } = await linked(files)
  assert.equal(unresolved.map(({ name, section, weak }) => [name, section, weak]), [
    ['CONFIG_LOG_BUF_SHIFT', '.kconfig', true],
    ['tcp_reno_cong_avoid', '.ksyms', false],
    ['tcp_reno_undo_cwnd', '.ksyms', false],
  ])
  assert.equal(overridden.map(({ name }) => name), ['overridable', 'weak_factor'])
  await leavesNothing(async (target) => {
    const object = withUniqueNames(openObject(bytes, 'linked.bpf.o'))
    using loaded = load(object, target)
    const registration = register(loaded, 'linked')
    try {
      const { name } = registration
      assert.ok(name !== null && availableCongestion().includes(name))
      loaded.map<number, { cwnd: number; ssthresh: number }>('decisions').set(1, { cwnd: 77, ssthresh: 2 })
      using sent = await send(name, 1 << 20)
      assert.ok(sent.number > 0)
      // What the algorithm read from the library's map.
      assert.is(loaded.variable<number>('last_cwnd').get(), 77)
      assert.is(loaded.variable<number>('weak_factor').get(), 1)
    } finally {
      registration.unregister()
    }
  })
})

test('an object linked in two steps is the same program', async () => {
  const files = await Promise.all(['linked_algorithm', 'linked_library'].map((name) => compileFixture(name)))
  const [algorithm = '', library = ''] = files
  const first = await linked([algorithm])
  assert.ok(first.unresolved.some(({ name, section }) => name === 'library_ssthresh' && section === ''))
  assert.ok(first.unresolved.some(({ name, section }) => name === 'decisions' && section === '.maps'))
  const second = linkObjects([
    { file: 'step.bpf.o', bytes: first.bytes },
    { file: library, bytes: await readFile(library) },
  ])
  const direct = await linked(files)
  assert.equal(second.unresolved, direct.unresolved)
  const [stepwise, atOnce] = [openObject(second.bytes, 'x'), openObject(direct.bytes, 'x')]
  const code = ({ functions }: typeof atOnce) => functions.map(({ name, bytes }) => [name, Buffer.from(bytes).toString('hex')])
  assert.equal(code(stepwise), code(atOnce))
  assert.is(stepwise.btf.endId, atOnce.btf.endId)
  await leavesNothing((target) => {
    using loaded = load(stepwise, target)
    assert.is(loaded.programs.size, 3)
  })
})

test.run()
