import { lstatSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import {
  type Fd,
  fileError,
  insideNamespace,
  Interfaces,
  listNamespaces,
  namespaceCookie,
  namespaceInode,
  openNamespace,
  unmount,
} from '../../kernel/index.ts'
import type { NamespaceIdentity, Of } from '../entry.ts'
import type { Thing } from './thing.ts'

/** By what a namespace will be known again; the own one by default. */
export const namespaceIdentity = (of?: Fd): NamespaceIdentity => ({
  inode: namespaceInode(of),
  cookie: String(namespaceCookie(of)),
})

const isThat = (of: Fd, { inode, cookie }: NamespaceIdentity): boolean =>
  namespaceInode(of) === inode && String(namespaceCookie(of)) === cookie

const directory = '/run/netns'
const pathOf = (name: string): string => `${directory}/${name}`

export const namespace: Thing<Of<'namespace'>> = {
  what: ({ name }) => `network namespace ${name}`,
  isThere(entry) {
    const state = stateOf(entry.name)
    if (state !== 'mounted') return state === 'empty'
    using found = openNamespace(pathOf(entry.name))
    return isThat(found, entry)
  },
  undo({ name }) {
    if (stateOf(name) === 'mounted') unmount(pathOf(name))
    if (stateOf(name) !== 'empty') return
    try {
      unlinkSync(pathOf(name))
    } catch (error) {
      throw fileError(error, { doing: `removing ${pathOf(name)}`, syscall: 'unlink', capability: 'CAP_DAC_OVERRIDE' })
    }
  },
}

/** A name is at first, and when it is taken away, an empty file on which nothing is mounted. */
function stateOf(name: string): 'mounted' | 'empty' | 'other' {
  const found = lstatSync(pathOf(name), { throwIfNoEntry: false })
  if (found === undefined || !found.isFile()) return 'other'
  if (found.dev !== statSync(directory).dev) return 'mounted'
  return found.size === 0 && found.uid === process.geteuid?.() ? 'empty' : 'other'
}

/** Does something inside a namespace; undefined when that is gone, and what was in it with it. */
function inside<T>(identity: NamespaceIdentity, action: () => T): T | undefined {
  const [path] = listNamespaces().namespaces.find(({ inode }) => inode === identity.inode)?.paths ?? []
  if (path === undefined) return undefined
  using found = openNamespace(path)
  return isThat(found, identity) ? insideNamespace(found, action) : undefined
}

export const networkInterface: Thing<Of<'interface'>> = {
  what: ({ name }) => `interface ${name}`,
  isThere: (entry) => inside(entry, () => isListed(entry)) ?? false,
  undo(entry) {
    inside(entry, () => {
      using interfaces = new Interfaces()
      interfaces.delete(entry.index)
    })
  },
}

function isListed({ name, index }: Of<'interface'>): boolean {
  using interfaces = new Interfaces()
  return interfaces.list().some((one) => one.name === name && one.index === index)
}

export const sysctl: Thing<Of<'sysctl'>> = {
  what: ({ name, before }) => `sysctl ${name}, which was ${before}`,
  isThere(entry) {
    const now = inside(entry, () => readFileSync(sysctlFile(entry.name), 'utf8').trim())
    return now === entry.value && entry.before !== entry.value
  },
  undo(entry) {
    inside(entry, () => writeFileSync(sysctlFile(entry.name), entry.before))
  },
}

const sysctlFile = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`
