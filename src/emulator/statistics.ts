import type { DropReason } from '../link-model/index.ts'
import type { Direction } from './plan.ts'

/** What happened at one direction of a link, as far as all that can forward tell of it. */
export interface LinkStatistics {
  link: number
  direction: Direction
  /** Packets that came, and those that the link itself made. */
  arrived: number
  delivered: number
  deliveredBytes: number
  marked: number
  dropped: Record<DropReason, number>
  /** The longest queue that a packet has found, where that is told. */
  longest?: { packets: number; bytes: number }
  /** What waits in the queue now. */
  queued: { packets: number; bytes: number }
}

export interface PathStatistics {
  /** When this was told, ns of CLOCK_MONOTONIC. */
  at: number
  links: LinkStatistics[]
  /** How often what forwards fell behind, by what it was, where that is told. */
  lapses?: Readonly<Record<string, number>>
}
