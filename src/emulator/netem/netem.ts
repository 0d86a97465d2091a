import { isDeepStrictEqual } from 'node:util'
import { UnsupportedKernelError, UsageError } from '../../errors/index.ts'
import { type Fd, lackOf, missingQdiscs, type QdiscOptions, type QdiscPlace, Qdiscs } from '../../kernel/index.ts'
import type { PathLink } from '../../spec/index.ts'
import type { Direction } from '../plan.ts'
import type { PathStatistics } from '../statistics.ts'
import type { TopologyPlan } from '../topology/plan.ts'
import type { OffloadsKept } from '../topology/wire-up.ts'
import { type DirectionQdiscs, kindsOf, planNetem } from './plan.ts'
import { joinStations, placesOf } from './stations.ts'
import { directionStatistics, majors } from './statistics.ts'

export interface NetemOptions {
  topology: TopologyPlan
  links: readonly PathLink[]
  /** Bytes of the largest IP packet. */
  mtu: number
  /** Of what is random, from Linux 6.6 on. */
  seed: number
}

const directions: readonly Direction[] = ['right', 'left']

/**
 * A path by the kernel's own qdiscs, in the middle namespace: all of it lasts as long as that.
 *
 * A frame passes three interfaces a link: netem loses it, tbf holds it back with a discipline for those that wait, and
 * another netem takes the time of sending and the delay. With the delay where the queue is, packets on the wire would count
 * against the limit of the queue.
 */
export class Netem implements Disposable {
  /** Offloads that interfaces keep on, though their packets should be those of a wire. */
  readonly offloadsKept: readonly OffloadsKept[]
  readonly #qdiscs: Qdiscs
  readonly #mtu: number
  #plans: Record<Direction, DirectionQdiscs>[]

  constructor({ topology, links, mtu, seed }: NetemOptions, middle: Fd, tell?: (step: string) => void) {
    this.#mtu = mtu
    this.#plans = planNetem({ links, mtu })
    this.offloadsKept = joinStations(topology, middle, { mtu, ...(tell === undefined ? {} : { tell }) })
    using undo = new DisposableStack()
    this.#qdiscs = undo.use(new Qdiscs(middle))
    for (const [link, plans] of this.#plans.entries()) {
      for (const direction of directions) {
        tell?.(`giving link ${link} its qdiscs (${direction})`)
        const plan = plans[direction]
        // No two of them have the same chances.
        this.#put({ link, direction }, { ...plan, chance: { ...plan.chance, seed: seed * 4 + link * 2 + directions.indexOf(direction) } })
      }
    }
    undo.move()
  }

  /**
   * Makes the links be like this. What waits stays.
   *
   * @throws UsageError for what the kernel cannot do, or cannot change while it runs
   */
  set(links: readonly PathLink[]): void {
    const plans = planNetem({ links, mtu: this.#mtu })
    for (const [link, plan] of plans.entries()) {
      for (const direction of directions) checkChange(this.#plans[link]?.[direction], plan[direction])
    }
    for (const [link, plan] of plans.entries()) {
      for (const direction of directions) this.#put({ link, direction }, plan[direction], this.#plans[link]?.[direction])
    }
    this.#plans = plans
  }

  statistics(): PathStatistics {
    const qdiscs = this.#qdiscs.list()
    const links = this.#plans.flatMap((_, link) => directions.map((direction) => directionStatistics(qdiscs, link, direction)))
    return { at: Number(process.hrtime.bigint()), links }
  }

  #put(place: { link: number; direction: Direction }, plan: DirectionQdiscs, before?: DirectionQdiscs): void {
    const { chance, queue, line } = placesOf(place.link, place.direction)
    const put = (part: keyof DirectionQdiscs, at: QdiscPlace): void => {
      const options: QdiscOptions = plan[part]
      if (before === undefined) this.#qdiscs.put(at, options)
      else if (!isDeepStrictEqual(options, before[part])) this.#qdiscs.change(at, options)
    }
    put('chance', { interface: chance, major: majors.root })
    put('bottleneck', { interface: queue, major: majors.root })
    put('discipline', { interface: queue, major: majors.inner, within: majors.root })
    put('line', { interface: line, major: majors.root })
  }

  [Symbol.dispose](): void {
    this.#qdiscs[Symbol.dispose]()
  }
}

function checkChange(before: DirectionQdiscs | undefined, { discipline }: DirectionQdiscs): void {
  if (discipline.kind === 'red' && discipline.limit !== before?.discipline.limit) {
    throw new UsageError("limit: a change of RED's empties its queue in the kernel", { hint: 'or let the emulator do it: --with emulator' })
  }
}

/**
 * Finds out, before anything is made, whether the kernel can be this path.
 *
 * @throws UsageError for what netem cannot do, UnsupportedKernelError for a kernel without it
 */
export function checkNetem(path: Pick<NetemOptions, 'links' | 'mtu'>): void {
  const wanted = new Set(planNetem({ links: path.links, mtu: path.mtu }).flatMap(({ right, left }) => [...kindsOf(right), ...kindsOf(left)]))
  const missing = missingQdiscs([...wanted])
  if (missing.length === 0) return
  throw new UnsupportedKernelError({
    feature: `qdisc ${missing.join(', ')}`,
    config: missing.map((kind) => lackOf(kind).config).join(', '),
    hint: `as modules: modprobe -a ${missing.map((kind) => lackOf(kind).module).join(' ')}; or let the emulator do it: --with emulator`,
  })
}
