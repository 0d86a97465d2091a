import { constants, openSync } from 'node:fs'
import type { Handle } from '../../loader/index.ts'
import { fileError } from '../errno.ts'
import { Fd } from '../fd.ts'
import { bpfOpen } from './command.ts'
import { tokenCreate } from './layouts.ts'

/** BPF_TOKEN_CREATE: takes the rights that a BPF file system was mounted with for the own user namespace. */
export function createToken(path: string): Fd {
  using directory = openDirectory(path)
  return bpfOpen('BPF_TOKEN_CREATE', tokenCreate, { bpffs_fd: directory.number }, `BPF token of ${path}`, {
    doing: `taking the BPF token of ${path}`,
    capability: 'CAP_BPF in the user namespace that the file system was mounted for',
    hints: {
      EINVAL: 'a token is had of the root of a BPF file system, from Linux 6.9 on',
      ENOENT: 'nothing was delegated when it was mounted: see the options delegate_cmds, delegate_maps, delegate_progs',
      EOPNOTSUPP: 'outside of user namespaces there are no tokens: capabilities do there',
    },
  })
}

function openDirectory(path: string): Fd {
  try {
    return new Fd(openSync(path, constants.O_RDONLY | constants.O_DIRECTORY), path)
  } catch (error) {
    throw fileError(error, { doing: `opening ${path} for its BPF token`, syscall: 'open' })
  }
}

/** What EPERM says of a call that was made by a token; `options` are those of the mount that speak of it. */
export const notDelegated = (token: Handle | undefined, options: string): { EPERM?: string } =>
  token === undefined ? {} : { EPERM: `its BPF token does not allow it: mount the BPF file system with ${options}` }
