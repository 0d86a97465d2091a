import type { MapInfo, ObjectsById, ProgramInfo } from '../../loader/index.ts'
import { openById, walkIds } from './by-id.ts'
import type { Command } from './command.ts'
import { objectInfo } from './info.ts'
import * as layouts from './info-layouts.ts'
import { linkInfo } from './link-info.ts'
import { programTypes } from './program-types.ts'
import { wholeProgramName } from './program-name.ts'

type Kind = 'map' | 'program' | 'link'

const commands: Readonly<Record<Kind, { next: Command; open: Command }>> = {
  map: { next: 'BPF_MAP_GET_NEXT_ID', open: 'BPF_MAP_GET_FD_BY_ID' },
  program: { next: 'BPF_PROG_GET_NEXT_ID', open: 'BPF_PROG_GET_FD_BY_ID' },
  link: { next: 'BPF_LINK_GET_NEXT_ID', open: 'BPF_LINK_GET_FD_BY_ID' },
}

export const linuxObjects: ObjectsById = {
  ids: (kind) => walkIds(commands[kind].next),
  map: (id) => openById(commands.map.open, id, `map ${id}`),
  program: (id) => openById(commands.program.open, id, `program ${id}`),
  link: (id) => openById(commands.link.open, id, `link ${id}`),

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
    }
  },

  programInfo(program): ProgramInfo {
    const facts = objectInfo(program, layouts.programInfo)
    const tag = Buffer.alloc(8)
    tag.writeBigUInt64LE(facts.tag)
    return {
      type: facts.type,
      id: facts.id,
      tag: tag.toString('hex'),
      name: wholeProgramName(program, facts),
      runTimeNs: facts.run_time_ns,
      runCount: facts.run_cnt,
    }
  },

  programTypes,
  linkInfo,
}
