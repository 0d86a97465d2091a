import type { Handle } from '../target/handle.ts'

/** What an iterator goes over. Those that go over everything of a kind, as `iter/tcp`, take none. */
export type IteratorParameters =
  /** The elements of one map or the sockets in it. */
  | { of: 'map'; map: Handle }
  /** One cgroup v2, by an open directory or by id, or all of them from the root when neither is given. */
  | { of: 'cgroup'; file?: number; id?: bigint; order: CgroupOrder }
  /** One thread, the threads of one process, or the process of a pidfd. */
  | { of: 'task'; tid: number }
  | { of: 'task'; pid: number }
  | { of: 'task'; pidfd: number }

/** Which cgroups: it alone, it and those below it (parents first or last), or it and those above it. */
export type CgroupOrder = 'self' | 'descendants_pre' | 'descendants_post' | 'ancestors_up'
