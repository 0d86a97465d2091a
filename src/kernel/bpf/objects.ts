import type { Handle, MapInfo, ObjectKind, ObjectsById, ProgramInfo } from '../../loader/index.ts'
import { btfBytes, btfInfo, openBtf } from './btf-objects.ts'
import { openById, walkIds } from './by-id.ts'
import type { Command } from './command.ts'
import { objectInfo } from './info.ts'
import * as layouts from './info-layouts.ts'
import { linkInfo } from './link-info.ts'
import { programTypes } from './program-types.ts'
import { wholeProgramName } from './program-name.ts'

const commands = {
  map: { next: 'BPF_MAP_GET_NEXT_ID', open: 'BPF_MAP_GET_FD_BY_ID' },
  program: { next: 'BPF_PROG_GET_NEXT_ID', open: 'BPF_PROG_GET_FD_BY_ID' },
  link: { next: 'BPF_LINK_GET_NEXT_ID', open: 'BPF_LINK_GET_FD_BY_ID' },
  btf: { next: 'BPF_BTF_GET_NEXT_ID', open: 'BPF_BTF_GET_FD_BY_ID' },
} as const satisfies Record<ObjectKind, { next: Command; open: Command }>

/** Few programs have more maps: one call is then enough. */
const mapsAtOnce = 64

export const linuxObjects: ObjectsById = {
  ids: (kind) => walkIds(commands[kind].next),
  map: (id) => openById(commands.map.open, id, `map ${id}`),
  program: (id) => openById(commands.program.open, id, `program ${id}`),
  link: (id) => openById(commands.link.open, id, `link ${id}`),
  btf: openBtf,
  btfInfo,
  btfBytes,

  mapInfo(map): MapInfo {
    const facts = objectInfo(map, layouts.mapInfo)
    return {
      type: facts.type,
      id: facts.id,
      keySize: facts.key_size,
      valueSize: facts.value_size,
      maxEntries: facts.max_entries,
      flags: facts.map_flags,
      name: facts.name,
      kernelValueType: facts.btf_vmlinux_value_type_id,
      kernelValueBtf: facts.btf_vmlinux_id,
      btfId: facts.btf_id,
      keyType: facts.btf_key_type_id,
      valueType: facts.btf_value_type_id,
      mapExtra: facts.map_extra,
    }
  },

  programInfo(program): ProgramInfo {
    const room = new Uint8Array(mapsAtOnce * 4)
    const facts = objectInfo(program, layouts.programInfo, { nr_map_ids: mapsAtOnce, map_ids: room })
    const tag = Buffer.alloc(8)
    tag.writeBigUInt64LE(facts.tag)
    return {
      type: facts.type,
      id: facts.id,
      tag: tag.toString('hex'),
      name: wholeProgramName(program, facts),
      mapIds: facts.nr_map_ids > mapsAtOnce ? allMapIds(program) : idsIn(room, facts.nr_map_ids),
      btfId: facts.btf_id,
      loadTimeNs: facts.load_time,
      ownerUid: facts.created_by_uid,
      xlatedSize: facts.xlated_prog_len,
      jitedSize: facts.jited_prog_len,
      verifiedInstructions: facts.verified_insns,
      runTimeNs: facts.run_time_ns,
      runCount: facts.run_cnt,
      recursionMisses: facts.recursion_misses,
    }
  },

  programTypes,
  linkInfo,
}

const idsIn = (bytes: Uint8Array, count: number): number[] => [...new Uint32Array(bytes.buffer, 0, count)]

/** A program may be bound to more maps between the two calls, which are then left out. */
function allMapIds(program: Handle): number[] {
  const { nr_map_ids } = objectInfo(program, layouts.programInfo)
  const room = new Uint8Array(nr_map_ids * 4)
  const found = objectInfo(program, layouts.programInfo, { nr_map_ids, map_ids: room })
  return idsIn(room, Math.min(nr_map_ids, found.nr_map_ids))
}
