import { readFileSync, writeFileSync } from 'node:fs'
import { check } from './errno.ts'
import * as libc from './libc.ts'
import { unmount } from './mounts.ts'

// ABI: CLONE_NEWNS, linux/sched.h; MS_, sys/mount.h.
const CLONE_NEWNS = 0x2_0000
const MS_BIND = 4096
const MS_REC = 1 << 14
const MS_SLAVE = 1 << 19

const capability = 'CAP_SYS_ADMIN'

/** A directory that every machine has. In the new namespace it is another one for a moment, and for nobody else. */
const somewhere = '/tmp'

/**
 * Has this thread, and the programs that it starts, see another text at the path of a file. It leaves the mount namespace
 * of the others for one of its own, which sees what is mounted there later; nothing is written to any disk, and with the
 * last of them it is gone. Only for a process of its own.
 */
export function replacePrivately(path: string, change: (text: string) => string): void {
  const doing = `giving the programs of this process their own ${path}`
  const text = change(readFileSync(path, 'utf8'))
  check(libc.unshare(CLONE_NEWNS), { doing, syscall: 'unshare(CLONE_NEWNS)', capability })
  const mount = (source: string, target: string, type: string, flags: number): void => {
    check(libc.mount(source, target, type, flags, null), { doing, syscall: `mount(${target})`, capability })
  }
  mount('none', '/', 'none', MS_REC | MS_SLAVE)
  mount('tmpfs', somewhere, 'tmpfs', 0)
  try {
    writeFileSync(`${somewhere}/file`, text, { mode: 0o644 })
    mount(`${somewhere}/file`, path, 'none', MS_BIND)
  } finally {
    unmount(somewhere)
  }
}
