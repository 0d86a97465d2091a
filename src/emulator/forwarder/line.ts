import { UsageError } from '../../errors/index.ts'
import { type LinkChange, Random } from '../../link-model/index.ts'
import type { EmulatorPlan } from '../plan.ts'
import { EVERYWHERE } from './frame.ts'
import { type Exit, Hop, type HopStatistics } from './hop.ts'
import type { FramePacket, FramePool } from './pool.ts'
import type { Place, Recorder } from './recorder.ts'

export interface LineWorld {
  pool: FramePool
  recorder: Recorder
  /** Takes packets that have come to a segment which they go to. */
  exit: Exit
}

/**
 * Segments in a row, and a link from each to the next. A packet passes the links between its segment and the one it goes
 * to, in turn; one that goes everywhere is copied at each segment on the way.
 */
export class Line {
  readonly #world: LineWorld
  /** By the segment from which they lead. */
  readonly #right: (Hop | undefined)[] = []
  readonly #left: (Hop | undefined)[] = []
  /** In an order in which none comes before one whose packets it gets. */
  readonly #hops: readonly Hop[]

  /** `origin` is when time begins for the links' rates. */
  constructor({ links, seed }: Pick<EmulatorPlan, 'links' | 'seed'>, origin: number, world: LineWorld) {
    this.#world = world
    const make = ({ link, direction }: Place, next: Hop | undefined): Hop | undefined => {
      const options = links[link]?.[direction]
      const own = new Random(seed, `${direction} ${link}`).next()
      return options && new Hop({ link, direction, options, seed: own, origin }, { ...world, next })
    }
    for (const link of links.keys()) this.#left[link + 1] = make({ link, direction: 'left' }, this.#left[link])
    for (const link of [...links.keys()].toReversed()) {
      this.#right[link] = make({ link, direction: 'right' }, this.#right[link + 1])
    }
    this.#hops = [...this.#right, ...this.#left.toReversed()].filter((hop) => hop !== undefined)
  }

  /** When a packet next comes out of a link, at the earliest; Infinity when none does. */
  get deliversNext(): number {
    let next = Infinity
    for (const hop of this.#hops) next = Math.min(next, hop.deliversNext)
    return next
  }

  /** Does all that is due until now. Never with an earlier time than before. */
  advance(now: number): void {
    for (const hop of this.#hops) hop.advance(now)
  }

  /** A packet comes from a segment; its target is another one, or everywhere. `advance` has been told of this moment. */
  enter(packet: FramePacket, segment: number, now: number): void {
    const right = this.#right[segment]
    const left = this.#left[segment]
    if (packet.target === EVERYWHERE && right !== undefined && left !== undefined) {
      const copy = this.#world.pool.copy(packet)
      if (copy === undefined) this.#world.recorder.lapse('no-frame', 1)
      else left.enter(copy, now)
    }
    const first = packet.target === EVERYWHERE ? (right ?? left) : packet.target > segment ? right : left
    if (first === undefined) this.#world.pool.give(packet)
    else first.enter(packet, now)
  }

  /** Another rate, delay, loss and so on for one direction of a link from now on. */
  set({ link, direction }: Place, change: LinkChange, now: number): void {
    const hop = this.#hops.find(({ place }) => place.link === link && place.direction === direction)
    if (hop === undefined) throw new UsageError(`the path has no link ${link}: there are 0 to ${this.#hops.length / 2 - 1}`)
    this.advance(now)
    hop.set(change, now)
  }

  get statistics(): HopStatistics[] {
    return this.#hops.map(({ statistics }) => statistics)
  }
}
