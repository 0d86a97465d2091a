import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { type BpfObject, openObject } from '../../../src/loader/index.ts'
import { structOpsOf } from './algorithm.ts'

/** What bpftool answers, by a program that libbpf stands behind. A test file that calls this names `needs.bpftool`. */
export async function bpftool<Answer>(...args: readonly string[]): Promise<Answer> {
  const { stdout } = await execa('bpftool', ['-j', ...args])
  const answer: Answer = JSON.parse(stdout)
  return answer
}

/** A struct_ops map as bpftool dumps it: programs stand as `type name/prog_id:N`. */
export interface DumpedStructOps {
  mapId: number
  mapName: string
  state: string
  refcnt: number
  data: Record<string, unknown>
}

interface DumpedValue {
  common: { refcnt: { refs: { counter: number } }; state: string }
  data: Record<string, unknown>
}

export async function dumpStructOps(mapId: number): Promise<DumpedStructOps> {
  const { stdout } = await execa('bpftool', ['-j', 'struct_ops', 'dump', 'id', String(mapId)])
  // Of one map it prints two documents and a comma between them.
  const documents: [{ bpf_map_info: { id: number; name: string } }, Record<string, DumpedValue>] = JSON.parse(
    `[${stdout}]`,
  )
  const [info, value] = documents
  const [whole] = Object.values(value)
  if (whole === undefined) throw new Error(`bpftool dumps nothing for map ${mapId}`)
  return {
    mapId: info.bpf_map_info.id,
    mapName: info.bpf_map_info.name,
    state: whole.common.state,
    refcnt: whole.common.refcnt.refs.counter,
    data: whole.data,
  }
}

/** Registers the struct_ops maps of an object with bpftool and returns the map's id. */
export async function registerWithBpftool(file: string): Promise<number> {
  // With -j it prints no id.
  const { stderr } = await execa('bpftool', ['struct_ops', 'register', file])
  const id = /^Registered \S+ \S+ id (\d+)$/m.exec(stderr)?.[1]
  if (id === undefined) throw new Error(`bpftool registered nothing: ${stderr}`)
  return Number(id)
}

/** Writes an object whose algorithm has another name, for programs that cannot change it before they load. */
export async function writeRenamed(bytes: Uint8Array, map: string, name: string, directory: string): Promise<string> {
  const copy = Uint8Array.from(bytes)
  const object: BpfObject = openObject(copy, 'object')
  const spec = structOpsOf(object, map)
  const section = object.elf.section(spec.section)
  const symbol = object.elf.symbols.find((candidate) => candidate.name === map && candidate.section === section?.index)
  const struct = object.btf.resolved(spec.type)
  const member = struct.kind === 'struct' ? struct.members.find((candidate) => candidate.name === 'name') : undefined
  if (section === undefined || symbol === undefined || member === undefined) throw new Error(`no name in "${map}"`)
  // The section's data is a view of the copy.
  const field = section.data.subarray(symbol.value + member.bitOffset / 8).subarray(0, 16)
  field.fill(0).set(Buffer.from(name))
  const file = join(directory, `${object.name}.bpf.o`)
  await writeFile(file, copy)
  return file
}
