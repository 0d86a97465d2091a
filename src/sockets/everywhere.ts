import {
  type Fd,
  listNamespaces,
  namespaceInode,
  type NamespaceFound,
  openNamespace,
  type Unseen,
  whyUnseen,
} from '../kernel/index.ts'
import {
  type CongestionCounts,
  countTcpSockets,
  listTcpSockets,
  type TcpSocket,
  type TcpSocketFilter,
} from './inet-diag.ts'

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

/**
 * The TCP sockets of every network namespace of the machine, one listing after the other. Other namespaces than the
 * own one need CAP_SYS_ADMIN; those that stay closed are reported and not thrown.
 */
export const listTcpSocketsEverywhere = (filter: TcpSocketFilter = {}): Everywhere<TcpSocket[]> =>
  everywhere((namespace) => listTcpSockets(filter, namespace))

/** The same for how many sockets each congestion control has. */
export const countTcpSocketsEverywhere = (filter: Pick<TcpSocketFilter, 'states'> = {}): Everywhere<CongestionCounts> =>
  everywhere((namespace) => countTcpSockets(filter, namespace))

/** Asks in every network namespace or, where `only` is given, in those of these inodes. */
export function everywhere<T>(ask: (namespace?: Fd) => T, only?: ReadonlySet<number>): Everywhere<T> {
  const own = namespaceInode()
  const { namespaces, unseen } = listNamespaces()
  const seen = namespaces.flatMap((found): InNamespace<T>[] => {
    const { inode, pids } = found
    if (only?.has(inode) === false) return []
    if (inode === own) return [{ inode, pids, value: ask() }]
    const answer = askIn(found, ask, unseen)
    return answer === undefined ? [] : [{ inode, pids, value: answer.value }]
  })
  return { namespaces: seen, unseen }
}

function askIn<T>(
  { inode, paths }: NamespaceFound,
  ask: (namespace: Fd) => T,
  unseen: Unseen[],
): { value: T } | undefined {
  for (const path of paths) {
    try {
      using namespace = openNamespace(path)
      // The process may have moved, or its number may be another's by now.
      if (namespaceInode(namespace) !== inode) continue
      return { value: ask(namespace) }
    } catch (error) {
      const why = whyUnseen(path, error)
      if (why === undefined) continue
      unseen.push(why)
      return undefined
    }
  }
  return undefined
}
