import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import * as assert from 'uvu/assert'
import { CcdkError } from '../../../src/errors/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, load, type LoadedObject, MAP_TYPE, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { bpftool } from '../support/bpftool.ts'
import { differencesOf } from '../support/differences.ts'
import { LibbpfProcess } from '../support/libbpf-process.ts'
import { factsOf, type ObjectFacts } from '../support/loaded-facts.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('a map of every type, against libbpf and bpftool', [needs.root, needs.structOps, needs.clang, needs.libbpf, needs.bpftool])

const fixture = 'every_map'
const bytesOf = async (): Promise<Uint8Array> => readFileSync(await compileFixture(fixture))

/** What the kernel refuses, from whomever it comes, and how ccdk says why. */
const refused: Readonly<Record<string, RegExp>> = {
  ringbuf_of_nothing: /^creating the map "ringbuf_of_nothing".*EINVAL/,
  insn_array: /^this kernel has no maps of type BPF_MAP_TYPE_INSN_ARRAY: it needs Linux 6\.19 or later$/,
  rhash: /^this kernel has no maps of type BPF_MAP_TYPE_RHASH$/,
}

/** Of older kernels the types alone are compared. */
const isReference = release().startsWith('6.18.')

function onlyMaps(object: BpfObject, names: readonly string[]): void {
  for (const map of object.maps) map.autocreate = names.includes(map.name)
  for (const program of object.programs) program.autoload = false
}

function idOf(loaded: LoadedObject, name: string): number {
  const map = loaded.maps.get(name)
  assert.ok(map, name)
  return loaded.target.objects.mapInfo(map.handle).id
}

/** What the kernel says of a map that is created by itself; the message when it is refused. */
function created(bytes: Uint8Array, map: string, target: LinuxTarget): ObjectFacts | string {
  const object = openObject(bytes, `${fixture}.bpf.o`)
  onlyMaps(object, [map])
  try {
    using loaded = load(object, target)
    return factsOf({ programs: [], maps: [{ name: map, id: idOf(loaded, map) }] })
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return error.message
  }
}

test('each is created as libbpf creates it; what the kernel lacks says so', async () => {
  const file = await compileFixture(fixture)
  const bytes = await bytesOf()
  using libbpf = new LibbpfProcess({ limitMs: 60_000 })
  await leavesNothing(async (target) => {
    const defined = openObject(bytes, file).maps.filter(({ origin }) => origin === 'definition')
    const seen = new Set<number>()
    const differences: string[] = []
    const refusals: Record<string, string> = {}
    for (const { name: map, type } of defined) {
      const ours = created(bytes, map, target)
      const made = await libbpf.load(file, { pinRoot: '/sys/fs/bpf', programs: [], maps: [map] })
      const theirs = made === null ? null : factsOf({ programs: [], maps: made.maps })
      if (typeof ours === 'string' || theirs === null) {
        if (typeof ours !== 'string' || theirs !== null) differences.push(`${map}: only one of the two creates it: ${typeof ours === 'string' ? ours : 'ccdk'}`)
        else refusals[map] = ours
      } else {
        seen.add(type)
        differences.push(...differencesOf(ours, theirs).map((line) => `${map}: ${line}`))
      }
    }
    await libbpf.close()
    assert.equal(differences, [])
    for (const [map, message] of Object.entries(refusals)) assert.match(message, refused[map] ?? /it needs Linux|CONFIG_/, map)
    if (!isReference) return
    assert.equal(Object.keys(refusals), Object.keys(refused))
    const { UNSPEC, STRUCT_OPS, INSN_ARRAY, RHASH, ...types } = MAP_TYPE
    assert.equal([...seen].toSorted((left, right) => left - right), Object.values(types))
    // Others are no maps of an object's own, or are refused above.
    assert.equal([UNSPEC, STRUCT_OPS, INSN_ARRAY, RHASH], [0, 26, 34, 35])
  })
})

interface ShownMap {
  type: string
  name: string
  flags: number
  bytes_key: number
  bytes_value: number
  max_entries: number
}

test('bpftool shows them with the sizes that were asked for', async () => {
  const object = openObject(await bytesOf(), `${fixture}.bpf.o`)
  const expected: [map: string, type: string, key: number, value: number, entries: number, flags: number][] = [
    ['hash', 'hash', 16, 8, 7, 0x41],
    ['perf_event_array', 'perf_event_array', 4, 4, new LinuxTarget().possibleCpus(), 0],
    ['ringbuf', 'ringbuf', 0, 0, 8192, 0],
    ['ringbuf_of_a_page', 'ringbuf', 0, 0, 4096, 0],
    ['user_ringbuf', 'user_ringbuf', 0, 0, 8192, 0],
    ['stack_trace', 'stack_trace', 4, 80, 64, 0],
    // ABI: the kernel lets programs only read device maps: BPF_F_RDONLY_PROG.
    ['devmap_with_programs', 'devmap', 4, 8, 3, 0x80],
    ['bloom_filter', 'bloom_filter', 0, 8, 100, 0],
    ['lpm_trie', 'lpm_trie', 8, 4, 10, 1],
  ]
  onlyMaps(object, expected.map(([map]) => map))
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    for (const [map, type, key, value, entries, flags] of expected) {
      const shown = await bpftool<ShownMap>('map', 'show', 'id', String(idOf(loaded, map)))
      assert.equal(
        [shown.name, shown.type, shown.bytes_key, shown.bytes_value, shown.max_entries, shown.flags],
        [map.slice(0, 15), type, key, value, entries, flags],
      )
    }
  })
})

test('names that the kernel does not take are written as libbpf writes them', async () => {
  const file = await compileFixture(fixture)
  const object = openObject(await bytesOf(), file)
  const data = object.maps.filter(({ origin }) => origin !== 'definition').map(({ name: map }) => map)
  onlyMaps(object, data)
  using libbpf = new LibbpfProcess({ limitMs: 60_000 })
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    const ours = [...loaded.maps.values()].map(({ handle }) => target.objects.mapInfo(handle).name)
    const theirs = await libbpf.load(file, { pinRoot: '/sys/fs/bpf', programs: [], maps: data })
    const named = theirs?.maps.map(({ id }) => {
      using map = target.objects.map(id)
      return map === undefined ? '' : target.objects.mapInfo(map).name
    })
    await libbpf.close()
    assert.equal(data.toSorted(), ['.data.odd-name+%', '.rodata.a_section_with_a_long_name', 'every_ma.bss'])
    assert.equal(ours.toSorted(), ['.data.odd_name_', '.rodata.a_secti', 'every_ma.bss'])
    assert.equal(named?.toSorted(), ours.toSorted())
  })
})

test.run()
