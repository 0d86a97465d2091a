import { commandOf, openDescriptors } from '../descriptors.ts'

/** A process that has sockets open, of those that were asked for. */
export interface SocketOwner {
  pid: number
  command: string
  sockets: number
}

/** The processes that have sockets of these inodes open, those with the most first. All of `/proc` is searched. */
export function socketOwners(inodes: ReadonlySet<number>): SocketOwner[] {
  const found = new Map<number, Set<number>>()
  if (inodes.size === 0) return []
  for (const { pid, what } of openDescriptors()) {
    const inode = Number(/^socket:\[(\d+)\]$/.exec(what)?.[1] ?? Number.NaN)
    if (inodes.has(inode)) found.set(pid, (found.get(pid) ?? new Set()).add(inode))
  }
  return [...found]
    .map(([pid, sockets]) => ({ pid, command: commandOf(pid), sockets: sockets.size }))
    .toSorted((a, b) => b.sockets - a.sockets || a.pid - b.pid)
}
