import type { Fd } from '../fd.ts'
import { bpfDo, bpfOpen } from './command.ts'
import { enableStats, linkCreate, linkUpdate, object } from './layouts.ts'

// ABI: enum bpf_attach_type, linux/bpf.h.
const BPF_STRUCT_OPS = 44
// ABI: BPF_F_REPLACE, linux/bpf.h.
const BPF_F_REPLACE = 4

/** BPF_LINK_CREATE for a struct_ops map, which registers it for as long as the link lives. */
export function createStructOpsLink(map: Fd): Fd {
  const values = { map_fd: map.number, attach_type: BPF_STRUCT_OPS }
  return bpfOpen('BPF_LINK_CREATE', linkCreate, values, `link of ${map.what}`, { doing: `registering ${map.what} by a link` })
}

/** BPF_LINK_UPDATE: puts another map in the place of the one that a link registers, at once. */
export function updateStructOpsLink(link: Fd, map: Fd, expected?: Fd): void {
  const guard = expected === undefined ? {} : { flags: BPF_F_REPLACE, old_map_fd: expected.number }
  const values = { link_fd: link.number, new_map_fd: map.number, ...guard }
  bpfDo('BPF_LINK_UPDATE', linkUpdate, values, { doing: `putting ${map.what} in place of the one that is registered` })
}

/** BPF_LINK_DETACH */
export function detachLink(link: Fd): void {
  bpfDo('BPF_LINK_DETACH', linkUpdate, { link_fd: link.number }, { doing: `detaching ${link.what}` })
}

const path = (text: string): Uint8Array => Buffer.from(`${text}\0`)

/** BPF_OBJ_PIN */
export function pinObject(fd: Fd, at: string): void {
  bpfDo('BPF_OBJ_PIN', object, { pathname: path(at), bpf_fd: fd.number }, {
    doing: `pinning ${fd.what} at ${at}`,
    hints: { EEXIST: 'something is pinned there already', EINVAL: 'the path is not on a mounted BPF file system' },
  })
}

/** BPF_OBJ_GET */
export function openPinned(at: string): Fd {
  return bpfOpen('BPF_OBJ_GET', object, { pathname: path(at) }, `pin ${at}`, { doing: `opening the pin ${at}` })
}

/** BPF_ENABLE_STATS: the kernel counts run time and runs of all programs while the descriptor is open. */
export function enableRunStatistics(): Fd {
  // ABI: BPF_STATS_RUN_TIME is 0.
  return bpfOpen('BPF_ENABLE_STATS', enableStats, { type: 0 }, 'run statistics', {
    doing: 'switching on the run statistics of BPF programs',
    capability: 'CAP_SYS_ADMIN',
  })
}
