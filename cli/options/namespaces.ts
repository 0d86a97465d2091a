import { existsSync } from 'node:fs'
import { UsageError } from '../../src/errors/index.ts'
import { type Fd, namespaceInode, openNamespace } from '../../src/kernel/index.ts'

/** Where `ip netns add` mounts namespaces. */
const named = '/run/netns'

/**
 * The inodes of network namespaces that a person names: by the id of a process in it, by the name that `ip netns` gave,
 * or by a path; `own` is the one of this process. Undefined stands for all.
 */
export function namespacesOf(names: readonly string[] | undefined): ReadonlySet<number> | undefined {
  if (names === undefined || names.includes('all')) return undefined
  return new Set(names.map(inodeOf))
}

function inodeOf(name: string): number {
  if (name === 'own') return namespaceInode()
  using namespace = openNamespace(pathOf(name, 'own or all'))
  return namespaceInode(namespace)
}

/** The network namespace that a person names in these words; undefined for the own one. */
export const namespaceNamed = (name: string | undefined): Fd | undefined =>
  name === undefined || name === 'own' ? undefined : openNamespace(pathOf(name, 'or own'))

function pathOf(name: string, others: string): string {
  const path = /^\d+$/.test(name) ? `/proc/${name}/ns/net` : name.includes('/') ? name : `${named}/${name}`
  if (existsSync(path)) return path
  throw new UsageError(`there is no network namespace "${name}": no ${path}`, {
    hint: `give a process's id, a name of ip netns, a path, ${others}`,
  })
}
