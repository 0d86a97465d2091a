import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { availableCongestion, type LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { describeMap, listStructOps, register, type StructOpsEntry, unregister } from '../../../src/structops/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { exampleFile, openFixture, structOpsOf, uniqueName } from '../support/algorithm.ts'
import { bpftool, dumpStructOps, registerWithBpftool, writeRenamed } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('registered, against bpftool', [needs.root, needs.structOps, needs.clang, needs.bpftool])

const entryOf = (target: LinuxTarget, map: number): StructOpsEntry => {
  const entry = describeMap(target, map)
  if (entry === undefined) throw new Error(`no struct_ops map ${map}`)
  return entry
}

/** Ids differ from one load to the next. */
const withoutIds = (data: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(/prog_id:\d+$/, 'prog_id') : value,
    ]),
  )

/** Objects that bpftool 7.1 registers too: without links and sleepable programs, which it does not know. */
const objects = [
  { map: 'cubic', file: () => Promise.resolve(exampleFile('bpf_cubic')) },
  { map: 'dctcp', file: () => Promise.resolve(exampleFile('bpf_dctcp')) },
  { map: 'maps', file: () => compileFixture('maps') },
  { map: 'wrong_signature', file: () => compileFixture('wrong_signature') },
]

for (const { map, file } of objects) {
  test(`"${map}" has the same value, whoever registers it; each unregisters the other's`, async () => {
    using directory = temporaryDirectory()
    const name = uniqueName()
    const renamed = await writeRenamed(await readFile(await file()), map, name, directory.path)
    await leavesNothing(async (target) => {
      const theirs = await registerWithBpftool(renamed)
      const expected = await dumpStructOps(theirs)
      assert.is(expected.data['name'], name)
      unregister(target, entryOf(target, theirs))
      assert.not.ok(availableCongestion().includes(name))

      using loaded = load(openObject(await readFile(renamed), renamed), target)
      using registration = register(loaded, map)
      const ours = await dumpStructOps(registration.mapId)
      assert.equal(withoutIds(ours.data), withoutIds(expected.data))
      assert.is(ours.mapName, expected.mapName)
      assert.is(ours.state, expected.state)
      assert.is(ours.refcnt, expected.refcnt)

      await execa('bpftool', ['struct_ops', 'unregister', 'id', String(registration.mapId)])
      assert.not.ok(availableCongestion().includes(name))
      assert.is(entryOf(target, registration.mapId).state, 'tobefree')
      // The registration ends without an error although nothing is left for it to do.
    })
  })
}

/** What the listing says of a map, in the words of bpftool's dump. */
async function assertAgrees(entry: StructOpsEntry): Promise<void> {
  const dumped = await dumpStructOps(entry.mapId)
  assert.is(entry.map, dumped.mapName)
  assert.is(entry.state, dumped.state.replace('BPF_STRUCT_OPS_STATE_', '').toLowerCase())
  assert.is(entry.refcnt, dumped.refcnt)
  if (entry.state === 'init') return
  assert.is(entry.name, dumped.data['name'])
  const programs = Object.entries(dumped.data).flatMap(([member, value]) => {
    const found = typeof value === 'string' ? / (\w+)\/prog_id:(\d+)$/.exec(value) : null
    return found === null ? [] : [{ member, program: found[1], programId: Number(found[2]) }]
  })
  assert.equal(
    entry.members.map(({ member, program, programId }) => ({ member, program, programId })),
    programs,
  )
}

test('the listing agrees with the dump about names, states, counts and programs', async () => {
  const object = await openFixture('several')
  structOpsOf(object, 'optional').autocreate = true
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    using plain = register(loaded, 'plain')
    using linked = register(loaded, 'linked')
    using first = openTcpSocket('ipv4', plain.name ?? '')
    using second = openTcpSocket('ipv4', plain.name ?? '')
    using third = openTcpSocket('ipv6', linked.name ?? '')
    const optional = loaded.structOps.get('optional')
    assert.ok(optional)
    const ids = new Set([plain.mapId, linked.mapId, target.objects.mapInfo(optional.handle).id])
    const entries = listStructOps(target).filter(({ mapId }) => ids.has(mapId))
    assert.is(entries.length, 3)
    assert.is(entries.find(({ mapId }) => mapId === plain.mapId)?.refcnt, 3)
    for (const entry of entries) await assertAgrees(entry)
    plain.unregister()
    first[Symbol.dispose]()
    assert.is(entryOf(target, plain.mapId).state, 'tobefree')
    await assertAgrees(entryOf(target, plain.mapId))
    second[Symbol.dispose]()
    third[Symbol.dispose]()
  })
})

test('names longer than the kernel keeps are whole, in the listing and in the dump', async () => {
  using directory = temporaryDirectory()
  const renamed = await writeRenamed(await readFile(exampleFile('bpf_cubic')), 'cubic', uniqueName(), directory.path)
  await leavesNothing(async (target) => {
    const id = await registerWithBpftool(renamed)
    try {
      const entry = entryOf(target, id)
      assert.ok(entry.members.some(({ program }) => program === 'bpf_cubic_cong_avoid'))
      await assertAgrees(entry)
      for (const { program, programId } of entry.members) {
        const shown = await bpftool<{ name: string }>('prog', 'show', 'id', String(programId))
        assert.is(program, shown.name)
      }
    } finally {
      unregister(target, entryOf(target, id))
    }
  })
})

test('all struct_ops maps of the machine are listed', async () => {
  const object = await openFixture('several')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    assert.is(loaded.structOps.size, 2)
    // Other programs may make and free maps between the two listings: those of one moment are compared.
    for (let tries = 0; ; tries += 1) {
      const before = listStructOps(target).map(({ mapId, map }) => `${mapId} ${map}`)
      const shown = await bpftool<{ id: number; name: string }[]>('struct_ops', 'show')
      const after = listStructOps(target).map(({ mapId, map }) => `${mapId} ${map}`)
      if (before.join() !== after.join() && tries < 20) continue
      assert.equal(
        before,
        shown.map(({ id, name }) => `${id} ${name}`),
      )
      return
    }
  })
})

test.run()
