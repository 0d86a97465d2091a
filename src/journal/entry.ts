import { isAbsolute, normalize } from 'node:path'

/**
 * A thing that outlives the process that made it, by what it will be known again. That is known before it is made: ids of
 * what the kernel has already, or a name with the id of the run in it. Only the ids of a process and of a link are not:
 * `children` finds a process that was just started, and a link that was just made goes with who made it.
 */
export type Entry =
  /** All processes that have the mark of the run, `Journal.environment`, in their environment. */
  | { kind: 'children' }
  /** A process that may have another environment; `start` as `processStart` answers it. */
  | { kind: 'process'; pid: number; start: number }
  /** A struct_ops map that is registered, by its id and its name. */
  | { kind: 'registration'; map: number; name: string }
  /** A BPF link that others may hold, by its id and the kernel's word for its type, such as `struct_ops`. */
  | { kind: 'link'; id: number; type: string }
  /** A pin, and the id of what it keeps. */
  | { kind: 'pin'; path: string; object: 'map' | 'program' | 'link'; id: number }
  /** The name of a network namespace under `/run/netns`. */
  | ({ kind: 'namespace'; name: string } & NamespaceIdentity)
  /** An interface, by its name and its number in a network namespace. */
  | ({ kind: 'interface'; name: string; index: number } & NamespaceIdentity)
  /** A mounted file system whose source, which can be any text, has the id of the run in it. */
  | { kind: 'mount'; path: string; source: string }
  /** A temporary directory whose name ends with the id of the run. */
  | { kind: 'directory'; path: string }
  /** A sysctl of a network namespace: what it was before, and what the run has made of it. */
  | ({ kind: 'sysctl'; name: string; before: string; value: string } & NamespaceIdentity)

/** A network namespace and no other: the kernel gives an inode that is free to the next, and a cookie only once. */
export interface NamespaceIdentity {
  inode: number
  /** Digits: it has 64 bits. */
  cookie: string
}

export type Kind = Entry['kind']
export type Of<K extends Kind> = Extract<Entry, { kind: K }>

type Guard = (value: unknown) => boolean

const natural: Guard = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const id: Guard = (value) => natural(value) && value !== 0
/** Never init, by whatever mistake. */
const pid: Guard = (value) => id(value) && value !== 1
const text: Guard = (value) => typeof value === 'string' && value.length <= 4096 && !value.includes('\0')
const matching =
  (pattern: RegExp): Guard =>
  (value) =>
    typeof value === 'string' && pattern.test(value)
const ofNamespace = { inode: id, cookie: matching(/^\d{1,20}$/) }
/** Absolute, without `..` and what else could lead elsewhere. */
const path: Guard = (value) =>
  typeof value === 'string' && text(value) && isAbsolute(value) && normalize(value) === value && value !== '/'

const guards: { [K in Kind]: Record<Exclude<keyof Of<K>, 'kind'>, Guard> } = {
  children: {},
  process: { pid, start: natural },
  registration: { map: id, name: matching(/^[\w.]{1,15}$/) },
  link: { id, type: matching(/^\w{1,32}$/) },
  pin: { path, object: matching(/^(map|program|link)$/), id },
  namespace: { name: matching(/^[\w-][\w.-]{0,63}$/), ...ofNamespace },
  // ABI: IFNAMSIZ, linux/if.h: 15 bytes, and no slash, colon or white space.
  interface: { name: matching(/^(?!\.\.?$)[^/:\s\0]{1,15}$/), index: id, ...ofNamespace },
  mount: { path, source: text },
  directory: { path },
  sysctl: { name: matching(/^net(\.[\w-]+)+$/), before: text, value: text, ...ofNamespace },
}

const isKind = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(guards, kind)

/** Whether a value that was read is an entry of the run, with nothing missing, nothing else and nothing that could mislead. */
export function isEntry(value: unknown, run: string): value is Entry {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !isKind(value.kind)) return false
  const fields = Object.entries(guards[value.kind])
  const given = new Map<string, unknown>(Object.entries(value))
  return given.size === fields.length + 1 && fields.every(([name, guard]) => guard(given.get(name))) && isMarked(given, run)
}

/** What has no id of the kernel's has to have that of the run. */
function isMarked(given: ReadonlyMap<string, unknown>, run: string): boolean {
  if (given.get('kind') === 'mount') return String(given.get('source')).includes(run)
  return given.get('kind') !== 'directory' || String(given.get('path')).endsWith(`-${run}`)
}
