import { unlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { check, fileError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { bpfCall, bpfDo, bpfOpen } from './command.ts'
import { enableStats, linkCreate, linkUpdate, object } from './layouts.ts'

// ABI: enum bpf_attach_type, linux/bpf.h.
const BPF_STRUCT_OPS = 44
// ABI: BPF_F_REPLACE, linux/bpf.h.
const BPF_F_REPLACE = 4

/** BPF_LINK_CREATE for a struct_ops map, which registers it for as long as the link lives. */
export function createStructOpsLink(map: Fd): Fd {
  const values = { map_fd: map.number, attach_type: BPF_STRUCT_OPS }
  return bpfOpen('BPF_LINK_CREATE', linkCreate, values, `link of ${map.what}`, {
    doing: `registering ${map.what} by a link`,
  })
}

/** BPF_LINK_UPDATE: puts another map in the place of the one that a link registers, at once. */
export function updateStructOpsLink(link: Fd, map: Fd, expected?: Fd): void {
  const guard = expected === undefined ? {} : { flags: BPF_F_REPLACE, old_map_fd: expected.number }
  const { result } = bpfCall('BPF_LINK_UPDATE', linkUpdate, { link_fd: link.number, new_map_fd: map.number, ...guard })
  // EPERM is not about privileges here.
  check(result, {
    doing: `putting ${map.what} in place of the one that is registered`,
    syscall: 'bpf(BPF_LINK_UPDATE)',
    hints: {
      EPERM: 'the link registers another map than the one that was to be replaced',
      EINVAL: 'the new map has to be one for links, filled, of the same struct and with the same name',
      ENOLINK: 'the link has been detached and registers nothing any more',
    },
  })
}

/** BPF_LINK_UPDATE: puts another program in the place of the one that a link runs, at once. */
export function updateLink(link: Fd, program: Fd, expected?: Fd): void {
  const guard = expected === undefined ? {} : { flags: BPF_F_REPLACE, old_prog_fd: expected.number }
  const { result } = bpfCall('BPF_LINK_UPDATE', linkUpdate, { link_fd: link.number, new_prog_fd: program.number, ...guard })
  // EPERM is not about privileges here.
  check(result, {
    doing: `putting ${program.what} in place of the program of ${link.what}`,
    syscall: 'bpf(BPF_LINK_UPDATE)',
    hints: {
      EPERM: 'the link runs another program than the one that was to be replaced',
      EINVAL: 'links of this kind keep their program, or the new program is of another kind',
      EOPNOTSUPP: 'links of this kind keep their program',
      ENOLINK: 'the link has been detached, or what it was attached to is gone',
    },
  })
}

/** BPF_LINK_DETACH */
export function detachLink(link: Fd): void {
  const hints = { EOPNOTSUPP: 'links of this kind end when nobody has them open any more and they are pinned nowhere' }
  bpfDo('BPF_LINK_DETACH', linkUpdate, { link_fd: link.number }, { doing: `detaching ${link.what}`, hints })
}

const path = (text: string): Uint8Array => Buffer.from(`${text}\0`)

/** BPF_OBJ_PIN */
export function pinObject(fd: Fd, at: string): void {
  const { result } = bpfCall('BPF_OBJ_PIN', object, { pathname: path(at), bpf_fd: fd.number })
  // EPERM is not about privileges here: it is the answer of other file systems, and to a dot.
  check(result, {
    doing: `pinning ${fd.what} at ${at}`,
    syscall: 'bpf(BPF_OBJ_PIN)',
    hints: {
      EEXIST: 'something is pinned there already',
      ENOENT: 'there is no such directory in a BPF file system: is one mounted there?',
      EPERM: basename(at).includes('.')
        ? 'a name in the BPF file system has no dots'
        : 'the path is not in a BPF file system: choose one under /sys/fs/bpf, or mount one: mount -t bpf bpf DIRECTORY',
    },
  })
}

/** Takes a pin away, and with it what nothing else keeps alive. */
export function removePin(at: string): void {
  try {
    unlinkSync(at)
  } catch (error) {
    throw fileError(error, { doing: `removing the pin ${at}`, syscall: 'unlink' })
  }
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
