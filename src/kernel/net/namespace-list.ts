import { readdirSync } from 'node:fs'
import { SyscallError, PermissionError } from '../../errors/index.ts'
import { fileCall } from '../errno.ts'
import { listMounts } from '../mounts.ts'
import { namespaceInode } from './namespace.ts'

/** A network namespace and the ways to open it. */
export interface NamespaceFound {
  inode: number
  /** The processes whose main thread is in it. */
  pids: number[]
  /** `/proc/PID/ns/net` of each, and the files it is mounted on. */
  paths: string[]
}

/** Something that could not be looked into, and why. */
export interface Unseen {
  /** For example `/proc/17/ns/net`. */
  what: string
  errno: string
  message: string
}

/**
 * Every network namespace that a process's main thread is in or that is mounted on a file (as `ip netns add` does).
 * One that only a secondary thread is in does not show. A process that ends meanwhile is passed over.
 */
export function listNamespaces(): { namespaces: NamespaceFound[]; unseen: Unseen[] } {
  const namespaces = new Map<number, NamespaceFound>()
  const unseen: Unseen[] = []
  const keep = (inode: number, path: string, pid?: number): void => {
    const found = namespaces.get(inode) ?? { inode, pids: [], paths: [] }
    namespaces.set(inode, found)
    found.paths.push(path)
    if (pid !== undefined) found.pids.push(pid)
  }
  for (const name of fileCall({ doing: 'listing the processes', syscall: 'readdir' }, () => readdirSync('/proc'))) {
    if (!/^\d+$/.test(name)) continue
    const path = `/proc/${name}/ns/net`
    try {
      const inode = namespaceInode(path)
      // A process that has ended and is not waited for yet has no namespace.
      if (!Number.isNaN(inode)) keep(inode, path, Number(name))
    } catch (error) {
      const found = whyUnseen(path, error)
      if (found !== undefined) unseen.push(found)
    }
  }
  for (const { inode, path } of mountedNamespaces()) keep(inode, path)
  return { namespaces: [...namespaces.values()], unseen }
}

/** Why something was not seen; undefined when it ended meanwhile, which is nothing to report. Throws other errors. */
export function whyUnseen(what: string, error: unknown): Unseen | undefined {
  if (!(error instanceof SyscallError || error instanceof PermissionError)) throw error
  if (error.errno === 'ENOENT' || error.errno === 'ESRCH') return undefined
  return { what, errno: error.errno, message: error.message }
}

function mountedNamespaces(): { inode: number; path: string }[] {
  return listMounts().flatMap(({ root, point }) => {
    const inode = /^net:\[(\d+)\]$/.exec(root)?.[1]
    return inode === undefined ? [] : [{ inode: Number(inode), path: point }]
  })
}
