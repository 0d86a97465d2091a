import { readdirSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { load, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { bpftool } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('loaded, against libbpf', [needs.root, needs.structOps, needs.clang, needs.bpftool])

/**
 * Objects that libbpf 1.1 loads too. It does not know `.struct_ops.link` (bpf_reno, several, flavour), sleepable
 * struct_ops programs (dummy_ops) and members that the kernel lacks (skipped_member).
 */
const examples = ['bpf_cubic', 'bpf_dctcp']
const fixtures = ['maps', 'core', 'minimal', 'wrong_signature']

interface ShownProgram {
  id: number
  name: string
  loaded_at: number
  map_ids?: number[]
  btf_id: number
}

interface ShownMap {
  id: number
  name: string
  btf_id?: number
}

/** One side's objects, in words that do not depend on ids. */
interface Described {
  programs: Map<string, { maps: string[] }>
  code: Map<string, string>
  maps: Map<string, unknown>
  types: Map<string, unknown>
}

/** Asks bpftool about programs and maps, whoever loaded them. */
async function describe(programIds: readonly number[], mapIds: readonly number[]): Promise<Described> {
  const shown = await Promise.all(mapIds.map((id) => bpftool<ShownMap>('map', 'show', 'id', String(id))))
  const mapNames = new Map(shown.map(({ id, name }) => [id, name]))
  const nameOf = (id: number): string => mapNames.get(id) ?? `map ${id}`
  const described: Described = { programs: new Map(), code: new Map(), maps: new Map(), types: new Map() }
  for (const { id: _, btf_id: __, ...map } of shown) described.maps.set(map.name, map)
  for (const id of programIds) {
    const program = await bpftool<ShownProgram>('prog', 'show', 'id', String(id))
    const { id: _, loaded_at: __, btf_id, map_ids = [], ...facts } = program
    described.programs.set(program.name, { ...facts, maps: map_ids.map(nameOf) })
    const { stdout } = await execa('bpftool', ['prog', 'dump', 'xlated', 'id', String(id), 'linum'])
    const code = stdout.replaceAll(/map\[id:(\d+)\]/g, (_text, map: string) => `map[${nameOf(Number(map))}]`)
    described.code.set(program.name, code)
    const { types } = await bpftool<{ types: { id: number }[] }>('btf', 'dump', 'id', String(btf_id))
    described.types = new Map(types.map((type) => [String(type.id), type]))
  }
  return described
}

/** What libbpf makes of an object, through bpftool, which pins it for as long as it is looked at. */
async function byLibbpf(file: string): Promise<Described> {
  await using bpffs = await mountBpffs()
  const programs = join(bpffs.path, 'programs')
  const maps = join(bpffs.path, 'maps')
  await mkdir(maps)
  await execa('bpftool', ['prog', 'loadall', file, programs, 'pinmaps', maps])
  const pinned = (kind: string, pin: string) => bpftool<{ id: number }>(kind, 'show', 'pinned', pin)
  const ids = async (kind: string, directory: string): Promise<number[]> => {
    const shown = await Promise.all(readdirSync(directory).map((name) => pinned(kind, join(directory, name))))
    return shown.map(({ id }) => id)
  }
  return await describe(await ids('prog', programs), await ids('map', maps))
}

for (const name of [...examples, ...fixtures]) {
  test(`${name}: the same programs, instructions, source lines, maps and types`, async () => {
    const file = examples.includes(name) ? exampleFile(name) : await compileFixture(name)
    const expected = await byLibbpf(file)
    assert.ok(expected.programs.size > 0 && expected.types.size > 0)
    await leavesNothing(async (target) => {
      using loaded = load(openObject(await readFile(file), file), target)
      const programs = [...loaded.programs.values()].map(({ handle }) => target.objects.programInfo(handle).id)
      const handles = [...loaded.maps.values(), ...loaded.structOps.values()].map(({ handle }) => handle)
      const maps = handles.map((handle) => target.objects.mapInfo(handle).id)
      const ours = await describe(programs, maps)
      // libbpf binds the object's .rodata to each program by BPF_PROG_BIND_MAP, whether it is used or not, for tools
      // that look for notes there. Here a program has the maps that its instructions name.
      const bound = [...ours.maps.keys()].filter((map) => map.endsWith('.rodata'))
      for (const program of ours.programs.values()) program.maps = [...new Set([...program.maps, ...bound])].toSorted()
      for (const program of expected.programs.values()) program.maps.sort()
      for (const kind of ['programs', 'code', 'maps', 'types'] as const) {
        assert.equal([...ours[kind].keys()].toSorted(), [...expected[kind].keys()].toSorted(), kind)
        for (const [key, value] of ours[kind]) assert.equal(value, expected[kind].get(key), `${kind}: ${key}`)
      }
    })
  })
}

test.run()
