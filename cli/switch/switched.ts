import type { Everywhere } from '../../src/sockets/index.ts'
import type { Moved, VersionUse } from './version-use.ts'

/** One version of an algorithm that has taken the place of another. */
export interface Switched {
  name: string | null
  struct: string
  from: { mapId: number; map: string }
  to: { mapId: number; map: string }
  /** Null for one without a link, which could not be switched at once. */
  linkId: number | null
  pins: string[]
  /** What open connections were answered; null where they were not to be moved. */
  moved: Moved | null
  /** Who uses which version now; null where that cannot be told. */
  uses: VersionUse[] | null
  /** How often the kernel still refers to the old version: once for each socket. */
  oldRefcnt: number
  /** Namespaces that could not be entered: sockets in them are not counted, and not moved. */
  unseen: Everywhere<unknown>['unseen']
}

/** What is known of it at once, before it is looked who uses which version. */
export type Done = Pick<Switched, 'name' | 'struct' | 'from' | 'to' | 'linkId' | 'pins'>
