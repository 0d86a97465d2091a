import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import * as assert from 'uvu/assert'
import { parseBtf } from '../../../src/btf/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, load } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { bpftool } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('objects by id, against bpftool', [needs.root, needs.structOps, needs.clang, needs.bpftool])

interface ShownProgram {
  id: number
  name: string
  tag: string
  uid: number
  loaded_at: number
  bytes_xlated: number
  bytes_jited: number
  map_ids?: number[]
  btf_id?: number
}

interface ShownMap {
  id: number
  name: string
  flags: number
  bytes_key: number
  bytes_value: number
  max_entries: number
  btf_id?: number
}

const sorted = (ids: Iterable<number>): number[] => [...ids].toSorted((left, right) => left - right)

test('a program: its sizes, maps, types, when and by whom it was loaded', async () => {
  const object = await openFixture('test_run')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    const before = Date.now()
    for (const [name, { handle }] of loaded.programs) {
      const info = target.objects.programInfo(handle)
      const shown = await bpftool<ShownProgram>('prog', 'show', 'id', String(info.id))
      assert.equal(
        [info.name, info.tag, info.ownerUid, info.xlatedSize, info.jitedSize, sorted(info.mapIds), info.btfId],
        [name, shown.tag, shown.uid, shown.bytes_xlated, shown.bytes_jited, sorted(shown.map_ids ?? []), shown.btf_id],
      )
      const loadedAt = before / 1000 - uptime() + Number(info.loadTimeNs) / 1e9
      assert.ok(Math.abs(loadedAt - shown.loaded_at) < 3, `${loadedAt} ${shown.loaded_at}`)
      // What the verifier does not reach it takes away, and what it rewrites becomes longer.
      assert.ok(info.verifiedInstructions >= info.xlatedSize / 8 / 2, String(info.verifiedInstructions))
      assert.equal([info.runCount, info.runTimeNs, info.recursionMisses], [0n, 0n, 0n])
    }
  })
})

test('constants are among the maps of every program, also of one that does not name them', async () => {
  const object = await openFixture('test_run')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    const idOf = (name: string) => {
      const map = [...loaded.maps.values()].find(({ spec }) => spec.origin === name)
      assert.ok(map, name)
      return target.objects.mapInfo(map.handle).id
    }
    for (const [name, { handle, spec }] of loaded.programs) {
      const named = spec.code.references.flatMap((reference) => (reference.kind === 'data' ? [reference.map] : []))
      const { map_ids = [] } = await bpftool<ShownProgram>('prog', 'show', 'id', String(target.objects.programInfo(handle).id))
      const expected = new Set([idOf('rodata'), ...named.map((map) => idOf(map.replace(/^.*\./, '')))])
      assert.equal(sorted(map_ids), sorted(expected), name)
    }
  })
})

test('more maps than one call tells', async () => {
  const object = await openFixture('test_run')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    using owned = new DisposableStack()
    const program = loaded.programs.get('drop')?.handle
    assert.ok(program)
    const before = target.objects.programInfo(program).mapIds
    const more = Array.from({ length: 100 }, (_, at) => {
      const map = owned.use(target.createMap({ name: `bound${at}`, type: 2, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 }))
      target.bindMap(program, map)
      return target.objects.mapInfo(map).id
    })
    assert.equal(sorted(target.objects.programInfo(program).mapIds), sorted([...before, ...more]))
  })
})

test('maps and links', async () => {
  const object = await openFixture('attach')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    for (const { handle, spec } of loaded.maps.values()) {
      const info = target.objects.mapInfo(handle)
      const shown = await bpftool<ShownMap>('map', 'show', 'id', String(info.id))
      assert.equal(
        [info.name, info.flags, info.keySize, info.valueSize, info.maxEntries, info.btfId],
        [shown.name, shown.flags, shown.bytes_key, shown.bytes_value, shown.max_entries, shown.btf_id ?? 0],
      )
      if (spec.valueType === 0) continue
      using btf = target.objects.btf(info.btfId)
      assert.ok(btf)
      const types = parseBtf(target.objects.btfBytes(btf), { file: 'of the map' })
      assert.is(types.name(info.valueType), `.${spec.origin}`)
    }
    using link = attach(loaded, 'on_raw_tp')
    const info = target.objects.linkInfo(link)
    const shown = await bpftool<{ prog_id: number; type: string }>('link', 'show', 'id', String(info.id))
    assert.equal([info.programId, 'raw_tracepoint'], [shown.prog_id, shown.type])
    assert.ok([...target.objects.ids('link')].includes(info.id))
  })
})

test('all types of the machine: the kernel\'s own are named, and are read byte by byte', async () => {
  using target = new LinuxTarget()
  const shown = await bpftool<{ id: number; size: number; kernel: boolean; name?: string }[]>('btf', 'show')
  let compared = 0
  for (const expected of shown) {
    using btf = target.objects.btf(expected.id)
    // It may have gone since.
    if (btf === undefined) continue
    compared += 1
    const { id, size, kernel, name } = target.objects.btfInfo(btf)
    assert.equal({ id, size, kernel, name }, { id: expected.id, size: expected.size, kernel: expected.kernel, name: expected.kernel ? expected.name : '' })
    if (name === 'vmlinux') assert.ok(Buffer.from(target.objects.btfBytes(btf)).equals(readFileSync('/sys/kernel/btf/vmlinux')))
  }
  assert.ok(compared > 0)
  const ids = [...target.objects.ids('btf')]
  assert.ok(ids.includes(shown.find(({ name }) => name === 'vmlinux')?.id ?? 0))
  assert.equal(ids, sorted(ids))
  assert.is(target.objects.btf(0x7fff_fff0), undefined)
})

test('the types of an object are read as they were loaded', async () => {
  const object = await openFixture('test_run')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const program = loaded.programs.get('multiply')?.handle
    assert.ok(program)
    using btf = target.objects.btf(target.objects.programInfo(program).btfId)
    assert.ok(btf)
    const types = parseBtf(target.objects.btfBytes(btf), { file: 'of the program' })
    assert.ok(types.find('numbers', 'struct'))
    assert.is(types.endId, object.btf.endId)
  })
})

test.run()
