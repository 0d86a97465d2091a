import type { Connection, End, Listener } from './connections.ts'
import type { Outcome } from './outcome.ts'

/** What a process of traffic may be asked for: it has the sockets of all hosts of one end. */
export interface Calls {
  /** Resolves when it listens, and nothing is to be made any more when traffic begins. */
  prepare: { argument: Preparation; answer: undefined }
  /** `at` is a moment of CLOCK_MONOTONIC, ns. It tells `TrafficEvent` when it is done. */
  begin: { argument: { at: bigint }; answer: undefined }
  /** What became of its connections. Those that are still open are reset. */
  finish: { argument: undefined; answer: Outcome }
}

export interface Preparation {
  parent: number
  end: End
  /** All hosts of both ends; only those of its own are entered. */
  hosts: Record<End, readonly HostFacts[]>
  listeners: readonly Listener[]
  connections: readonly Connection[]
  plans: number
  /** When all stops, ns since traffic began. */
  until: number
  limits: Limits
}

export interface HostFacts {
  pid: number
  ipv4: string
  ipv6: string
}

/** How much is read and written at once: enough for little work, and so little that nothing waits for it. Bytes. */
export interface Limits {
  /** A receiver is woken for so many, and for the last ones of a work item. */
  readAtLeast: number
  /** A sender is woken when less than about this waits to be sent. */
  unsent: number
}

export interface TrafficEvent {
  event: 'done'
}
