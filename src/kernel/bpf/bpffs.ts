import { mkdirSync, statfsSync } from 'node:fs'
import { check } from '../errno.ts'
import { mount } from '../libc.ts'

/** Where the BPF file system belongs. */
const place = '/sys/fs/bpf'
// ABI: BPF_FS_MAGIC, linux/magic.h.
const magic = 0xcafe4a11

const isBpffs = (path: string): boolean => {
  try {
    return statfsSync(path).type === magic
  } catch {
    return false
  }
}

/** Whether pins can be made in the usual place. */
export const bpffsMounted = (): boolean => isBpffs(place)

/**
 * Makes a directory for pins. When it is to be under `/sys/fs/bpf` and nothing is mounted there, the BPF file system is
 * mounted. Returns whether that was done.
 */
export function mountBpffs(directory: string): boolean {
  const needed = (directory === place || directory.startsWith(`${place}/`)) && !isBpffs(place)
  if (needed) {
    check(mount('bpf', place, 'bpf', 0, null), {
      doing: `mounting the BPF file system at ${place}`,
      syscall: 'mount',
      capability: 'CAP_SYS_ADMIN',
    })
  }
  if (!isBpffs(directory)) mkdirSync(directory, { recursive: true })
  return needed
}
