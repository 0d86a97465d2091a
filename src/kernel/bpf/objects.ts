import { zeroTerminated } from '../../bytes/index.ts'
import { type Handle, LINK_TYPE, type LinkInfo, type MapInfo, type ObjectsById, type ProgramInfo } from '../../loader/index.ts'
import { check } from '../errno.ts'
import { Fd } from '../fd.ts'
import { bpfCall, type Command } from './command.ts'
import { byId, info } from './layouts.ts'

type Kind = 'map' | 'program' | 'link'

const commands: Readonly<Record<Kind, { next: Command; open: Command }>> = {
  map: { next: 'BPF_MAP_GET_NEXT_ID', open: 'BPF_MAP_GET_FD_BY_ID' },
  program: { next: 'BPF_PROG_GET_NEXT_ID', open: 'BPF_PROG_GET_FD_BY_ID' },
  link: { next: 'BPF_LINK_GET_NEXT_ID', open: 'BPF_LINK_GET_FD_BY_ID' },
}

// ABI: linux/errno.h.
const ENOENT = 2

/** Walks the ids of one kind in order. Objects that come or go meanwhile may or may not be seen. */
export function* walkIds(next: Command): Generator<number> {
  for (let id = 0; ; ) {
    const { result, attr } = bpfCall(next, byId, { id })
    if (result === -ENOENT) return
    check(result, { doing: 'listing the BPF objects of this machine', syscall: `bpf(${next})`, capability: 'CAP_SYS_ADMIN' })
    // ABI: next_id, written by the kernel.
    id = attr.getUint32(4, true)
    yield id
  }
}

/** Opens an object by id; undefined when there is none (any more). */
export function openById(open: Command, id: number, what: string): Fd | undefined {
  const { result } = bpfCall(open, byId, { id })
  if (result === -ENOENT) return undefined
  return new Fd(check(result, { doing: `opening ${what}`, syscall: `bpf(${open})`, capability: 'CAP_SYS_ADMIN' }), what)
}

/** BPF_OBJ_GET_INFO_BY_FD: as many bytes as the kernel has, the rest zero. */
function objectInfo(handle: Handle, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const { result } = bpfCall('BPF_OBJ_GET_INFO_BY_FD', info, { bpf_fd: handle.number, info_len: size, info: bytes })
  check(result, { doing: 'asking about a BPF object', syscall: 'bpf(BPF_OBJ_GET_INFO_BY_FD)', capability: 'CAP_BPF' })
  return bytes
}

const name = (bytes: Uint8Array, offset: number): string => zeroTerminated(bytes.subarray(offset, offset + 16), 0) ?? ''

export const linuxObjects: ObjectsById = {
  ids: (kind) => walkIds(commands[kind].next),
  map: (id) => openById(commands.map.open, id, `map ${id}`),
  program: (id) => openById(commands.program.open, id, `program ${id}`),
  link: (id) => openById(commands.link.open, id, `link ${id}`),

  // ABI: struct bpf_map_info, linux/bpf.h.
  mapInfo(map): MapInfo {
    const bytes = objectInfo(map, 96)
    const view = new DataView(bytes.buffer)
    const word = (offset: number) => view.getUint32(offset, true)
    return {
      type: word(0),
      id: word(4),
      keySize: word(8),
      valueSize: word(12),
      maxEntries: word(16),
      flags: word(20),
      name: name(bytes, 24),
      kernelValueType: word(44),
      kernelValueBtf: word(76),
    }
  },

  // ABI: struct bpf_prog_info, linux/bpf.h.
  programInfo(program): ProgramInfo {
    const bytes = objectInfo(program, 208)
    const view = new DataView(bytes.buffer)
    return {
      type: view.getUint32(0, true),
      id: view.getUint32(4, true),
      tag: Buffer.from(bytes.subarray(8, 16)).toString('hex'),
      name: name(bytes, 64),
      runTimeNs: view.getBigUint64(192, true),
      runCount: view.getBigUint64(200, true),
    }
  },

  // ABI: struct bpf_link_info, linux/bpf.h: struct_ops.map_id is the first of the union.
  linkInfo(link): LinkInfo {
    const view = new DataView(objectInfo(link, 64).buffer)
    const type = view.getUint32(0, true)
    return {
      type,
      id: view.getUint32(4, true),
      programId: view.getUint32(8, true),
      mapId: type === LINK_TYPE.STRUCT_OPS ? view.getUint32(16, true) : 0,
    }
  },
}
