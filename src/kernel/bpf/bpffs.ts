import { existsSync, mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from '../../errors/index.ts'
import { check, fileError } from '../errno.ts'
import { mount } from '../libc.ts'

/** Where the BPF file system belongs. */
const place = '/sys/fs/bpf'
// ABI: BPF_FS_MAGIC, linux/magic.h.
const magic = 0xcafe4a11

/** Whether a file or directory is in a BPF file system. */
export const isBpffs = (path: string): boolean => {
  try {
    return statfsSync(path).type === magic
  } catch {
    return false
  }
}

/** Whether pins can be made in the usual place. */
export const bpffsMounted = (): boolean => isBpffs(place)

/**
 * Makes a directory for pins, given by its absolute path. When it is to be under `/sys/fs/bpf` and nothing is mounted
 * there, the BPF file system is mounted. Returns whether that was done.
 */
export function makePinDirectory(directory: string): boolean {
  const mounting = (directory === place || directory.startsWith(`${place}/`)) && !isBpffs(place)
  if (mounting) {
    check(mount('bpf', place, 'bpf', 0, null), {
      doing: `mounting the BPF file system at ${place}`,
      syscall: 'mount',
      capability: 'CAP_SYS_ADMIN',
      hints: { ENOENT: 'the kernel makes this directory: it has no BPF, or /sys is not mounted' },
    })
  }
  let existing = directory
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing)
  if (!isBpffs(existing)) {
    throw new UsageError(`${directory} is not in a BPF file system, and pins can be nowhere else`, {
      hint: `choose a directory under ${place}, or mount one: mount -t bpf bpf DIRECTORY`,
    })
  }
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    throw fileError(error, {
      doing: `making the directory ${directory}`,
      syscall: 'mkdir',
      capability: 'CAP_DAC_OVERRIDE',
    })
  }
  return mounting
}
