import { check } from '../errno.ts'
import { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { listMounts } from '../mounts.ts'

/** Where the kernel's file system for tracing is, as long as it is held. */
export interface Tracefs extends Disposable {
  path: string
}

// ABI: FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE and FSMOUNT_CLOEXEC, linux/mount.h.
const FSOPEN_CLOEXEC = 1
const FSCONFIG_CMD_CREATE = 6
const FSMOUNT_CLOEXEC = 1

const attempt = {
  doing: 'opening the file system of the kernel for tracing',
  capability: 'CAP_SYS_ADMIN',
  hints: { ENODEV: 'this kernel has no tracefs: it needs CONFIG_FTRACE' },
}

/** Takes it where it is mounted; elsewhere it is opened for this process alone, so that nothing of the machine changes. */
export function openTracefs(): Tracefs {
  // An older kernel takes a second mount for a change of the options of the first.
  const mounted = listMounts().find(({ type, root }) => type === 'tracefs' && root === '/')
  if (mounted !== undefined) return { path: mounted.point, [Symbol.dispose]: () => undefined }
  using context = new Fd(check(libc.fsopen('tracefs', FSOPEN_CLOEXEC), { ...attempt, syscall: 'fsopen' }), 'tracefs')
  check(libc.fsconfig(context.number, FSCONFIG_CMD_CREATE), { ...attempt, syscall: 'fsconfig' })
  const mount = new Fd(check(libc.fsmount(context.number, FSMOUNT_CLOEXEC), { ...attempt, syscall: 'fsmount' }), 'tracefs')
  return { path: `/proc/self/fd/${mount.number}`, [Symbol.dispose]: () => mount[Symbol.dispose]() }
}
