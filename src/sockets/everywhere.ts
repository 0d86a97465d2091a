import {
  type Fd,
  listNamespaces,
  namespaceInode,
  type NamespaceFound,
  openNamespace,
  type Unseen,
  whyUnseen,
} from '../kernel/index.ts'
/** What was asked of one network namespace. */
export interface InNamespace<T> {
  /** As in `/proc/PID/ns/net`. */
  inode: number
  /** The processes whose main thread is in it. */
  pids: number[]
  value: T
}

export interface Everywhere<T> {
  namespaces: InNamespace<T>[]
  /** The namespaces and processes that could not be looked into, so what is missing above. */
  unseen: Unseen[]
}

/** Asks in every network namespace or, where `only` is given, in those of these inodes. */
export function everywhere<T>(ask: (namespace: Fd | undefined, inode: number) => T, only?: ReadonlySet<number>): Everywhere<T> {
  const own = namespaceInode()
  const { namespaces, unseen } = listNamespaces()
  const seen = namespaces.flatMap((found): InNamespace<T>[] => {
    const { inode, pids } = found
    if (only?.has(inode) === false) return []
    if (inode === own) return [{ inode, pids, value: ask(undefined, inode) }]
    const answer = askIn(found, ask, unseen)
    return answer === undefined ? [] : [{ inode, pids, value: answer.value }]
  })
  return { namespaces: seen, unseen }
}

function askIn<T>(
  { inode, paths }: NamespaceFound,
  ask: (namespace: Fd, inode: number) => T,
  unseen: Unseen[],
): { value: T } | undefined {
  for (const path of paths) {
    try {
      using namespace = openNamespace(path)
      // The process may have moved, or its number may be another's by now.
      if (namespaceInode(namespace) !== inode) continue
      return { value: ask(namespace, inode) }
    } catch (error) {
      const why = whyUnseen(path, error)
      if (why === undefined) continue
      unseen.push(why)
      return undefined
    }
  }
  return undefined
}
