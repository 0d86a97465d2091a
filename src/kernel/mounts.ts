import { readFileSync } from 'node:fs'

/** A file system in the mount namespace of this process. */
export interface Mount {
  point: string
  type: string
  /** What of the file system is mounted: `/`, or for a namespace `net:[INODE]`. */
  root: string
}

// ABI: proc_pid_mountinfo(5): the root is the fourth field and the mount point the fifth, with \040 and its like for
// white space; the type is the first field behind a dash.
export function listMounts(): Mount[] {
  return readFileSync('/proc/thread-self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, , , root, point] = line.split(' ')
      const type = / - (\S+) /.exec(line)?.[1]
      if (root === undefined || point === undefined || type === undefined) return []
      return [{ point: unescaped(point), type, root }]
    })
}

const unescaped = (path: string): string =>
  path.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
