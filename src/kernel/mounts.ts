import { readFileSync } from 'node:fs'
import { check, fileCall } from './errno.ts'
import * as libc from './libc.ts'

/** A file system in the mount namespace of this process. */
export interface Mount {
  point: string
  type: string
  /** What of the file system is mounted: `/`, or for a namespace `net:[INODE]`. */
  root: string
  /** What its maker called it: a device, or any text. */
  source: string
}

// ABI: proc_pid_mountinfo(5): the root is the fourth field and the mount point the fifth, with \040 and its like for
// white space; the type is the first field behind a dash and the source the second.
export function listMounts(): Mount[] {
  return fileCall({ doing: 'listing the mounts', syscall: 'read' }, () => readFileSync('/proc/thread-self/mountinfo', 'utf8'))
    .split('\n')
    .flatMap((line) => {
      const [, , , root, point] = line.split(' ')
      const [, type, source = ''] = / - (\S+) (\S*) /.exec(line) ?? []
      if (root === undefined || point === undefined || type === undefined) return []
      return [{ point: unescaped(point), type, root, source: unescaped(source) }]
    })
}

const unescaped = (path: string): string =>
  path.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))

// ABI: MNT_DETACH and UMOUNT_NOFOLLOW, sys/mount.h.
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8

/** Takes the file system away that was mounted last at a path; who has something of it open keeps that. */
export function unmount(point: string): void {
  check(libc.unmount(point, MNT_DETACH | UMOUNT_NOFOLLOW), {
    doing: `unmounting ${point}`,
    syscall: 'umount2',
    capability: 'CAP_SYS_ADMIN',
  })
}
