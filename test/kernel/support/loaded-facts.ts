import type { Layout } from '../../../src/kernel/bpf/attr.ts'
import { openById } from '../../../src/kernel/bpf/by-id.ts'
import { objectInfo } from '../../../src/kernel/bpf/info.ts'
import { linuxObjects } from '../../../src/kernel/bpf/objects.ts'
import type { Fd } from '../../../src/kernel/index.ts'
import { type Btf, parseBtf } from '../../../src/btf/index.ts'
import type { Handle } from '../../../src/loader/index.ts'
import { wordsOf } from './instruction-words.ts'

// ABI: struct bpf_prog_info, bpf_map_info and bpf_btf_info, linux/bpf.h.
const programLayout = {
  type: [0, 'u32'],
  tag: [8, 'u64'],
  xlated_prog_len: [20, 'u32'],
  xlated_prog_insns: [32, 'address'],
  nr_map_ids: [52, 'u32'],
  map_ids: [56, 'address'],
  name: [64, 'name'],
  nr_jited_func_lens: [108, 'u32'],
  btf_id: [128, 'u32'],
  func_info_rec_size: [132, 'u32'],
  func_info: [136, 'address'],
  nr_func_info: [144, 'u32'],
  nr_line_info: [148, 'u32'],
  line_info: [152, 'address'],
  line_info_rec_size: [172, 'u32'],
  verified_insns: [216, 'u32'],
  attach_btf_obj_id: [220, 'u32'],
  attach_btf_id: [224, 'u32'],
} as const satisfies Layout

const mapLayout = {
  type: [0, 'u32'],
  id: [4, 'u32'],
  key_size: [8, 'u32'],
  value_size: [12, 'u32'],
  max_entries: [16, 'u32'],
  map_flags: [20, 'u32'],
  name: [24, 'name'],
  ifindex: [40, 'u32'],
  btf_vmlinux_value_type_id: [44, 'u32'],
  btf_id: [64, 'u32'],
  btf_key_type_id: [68, 'u32'],
  btf_value_type_id: [72, 'u32'],
  map_extra: [80, 'u64'],
} as const satisfies Layout

const btfLayout = { btf: [0, 'address'], btf_size: [8, 'u32'] } as const satisfies Layout

/** What the kernel says of a map, in words that do not depend on ids. */
export interface MapFacts {
  name: string
  info: Record<string, string | number | boolean>
}

/** What the kernel says of a program, likewise. */
export interface ProgramFacts {
  info: Record<string, string | number | boolean>
  /** Names of the maps that it holds. */
  maps: string[]
  /** Its functions, each by its name and first instruction. */
  functions: string[]
  lines: string[]
  instructions: string[]
}

/** The ids of what belongs to an object, by whichever loader. */
export interface ObjectIds {
  programs: readonly { name: string; id: number }[]
  maps: readonly { name: string; id: number }[]
}

export interface ObjectFacts {
  programs: Map<string, ProgramFacts>
  maps: Map<string, MapFacts>
  /** Undefined when no program of it has any. */
  types: Btf | undefined
}

/** Asks the kernel about an object that is loaded. */
export function factsOf(ids: ObjectIds): ObjectFacts {
  const names = new Map<number, string>()
  const maps = new Map<string, MapFacts>()
  for (const { id } of ids.maps) {
    const facts = mapFacts(id)
    // The kernel cuts names, so that two maps of an object may have the same one.
    const again = [...maps.values()].filter((other) => other.name === facts.name).length
    const name = again === 0 ? facts.name : `${facts.name} (${again + 1})`
    names.set(id, name)
    maps.set(name, facts)
  }
  const cache = new Map<number, Btf>()
  const typesOf = (id: number): Btf | undefined => {
    if (id === 0) return undefined
    const types = cache.get(id) ?? readTypes(id)
    cache.set(id, types)
    return types
  }
  const programs = new Map(ids.programs.map(({ id, name }) => [name, programFacts(id, names, typesOf)]))
  return { programs, maps, types: cache.values().next().value }
}

function withHandle<T>(handle: Handle | undefined, what: string, action: (handle: Handle) => T): T {
  using opened = handle
  if (opened === undefined) throw new Error(`there is no ${what}`)
  return action(opened)
}

function mapFacts(id: number): MapFacts {
  return withHandle(linuxObjects.map(id), `map ${id}`, (handle) => {
    const { id: _, btf_id, map_extra, name, ...info } = objectInfo(handle, mapLayout)
    return { name, info: { ...info, name, map_extra: String(map_extra), described: btf_id !== 0 } }
  })
}

function programFacts(id: number, names: ReadonlyMap<number, string>, typesOf: (id: number) => Btf | undefined): ProgramFacts {
  return withHandle(linuxObjects.program(id), `program ${id}`, (handle) => {
    const lengths = objectInfo(handle, programLayout)
    const lists = {
      xlated_prog_insns: new Uint8Array(lengths.xlated_prog_len),
      map_ids: new Uint8Array(lengths.nr_map_ids * 4),
      func_info: new Uint8Array(lengths.nr_func_info * 8),
      line_info: new Uint8Array(lengths.nr_line_info * 16),
    }
    const facts = objectInfo(handle, programLayout, {
      ...lists,
      xlated_prog_len: lengths.xlated_prog_len,
      nr_map_ids: lengths.nr_map_ids,
      nr_func_info: lengths.nr_func_info,
      func_info_rec_size: 8,
      nr_line_info: lengths.nr_line_info,
      line_info_rec_size: 16,
    })
    const types = typesOf(facts.btf_id)
    const mapName = (map: number) => names.get(map) ?? 'another map'
    return {
      info: {
        type: facts.type,
        name: facts.name,
        tag: facts.tag.toString(16),
        functions: facts.nr_jited_func_lens,
        verified: facts.verified_insns,
        attach: facts.attach_btf_id,
        attachesToObject: facts.attach_btf_obj_id !== 0,
        typed: facts.btf_id !== 0,
      },
      maps: [...words(lists.map_ids)].map(mapName).toSorted(),
      // ABI: struct bpf_func_info: insn_off, type_id.
      functions: records(lists.func_info, 2).map(([at = 0, type = 0]) => `${types?.name(type)} at ${at}`),
      // ABI: struct bpf_line_info: insn_off, file_name_off, line_off, line_col.
      lines: records(lists.line_info, 4).map(
        ([at = 0, file = 0, line = 0, column = 0]) =>
          `${at}: ${types?.string(file, 0)}:${column >> 10}:${column & 0x3ff} ${types?.string(line, 0)}`,
      ),
      instructions: wordsOf(lists.xlated_prog_insns, mapName),
    }
  })
}

const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)

function records(bytes: Uint8Array, width: number): number[][] {
  const all = words(bytes)
  return Array.from({ length: all.length / width }, (_, index) => [...all.subarray(index * width, (index + 1) * width)])
}

function readTypes(id: number): Btf {
  const fd: Fd | undefined = openById('BPF_BTF_GET_FD_BY_ID', id, `BTF ${id}`)
  return withHandle(fd, `BTF ${id}`, (handle) => {
    const { btf_size } = objectInfo(handle, btfLayout)
    const bytes = new Uint8Array(btf_size)
    objectInfo(handle, btfLayout, { btf: bytes, btf_size })
    return parseBtf(bytes, { file: `BTF ${id}` })
  })
}
