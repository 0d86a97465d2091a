import type { Handle } from '../target/handle.ts'

/** A program's place among those that are attached where it goes: the last if nothing is said. */
export interface Order {
  /** Before all others, or before the one that `of` names. */
  where?: 'before' | 'after'
  /** A program or link, by its handle or its id. */
  of?: { kind: 'program' | 'link'; is: Handle | number }
  /** Attach only if nothing has changed there since a query answered this revision. */
  expectedRevision?: bigint
  /** Of a cgroup: run before the programs of the cgroups below. */
  preorder?: boolean
}
