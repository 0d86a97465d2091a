import { readFileSync } from 'node:fs'

/** Where the cgroup v2 file system is mounted. */
export function cgroupRoot(): string {
  const root = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1]
  if (root === undefined) throw new Error('no cgroup v2 file system is mounted')
  return root
}
