import type { Unlinked } from '../../../loader/index.ts'
import type { Fd } from '../../fd.ts'
import { type FilterPlace, TrafficControl } from '../../net/tc.ts'
import { objectInfo } from '../info.ts'
import { programInfo } from '../info-layouts.ts'

/** A cls_bpf filter of the clsact qdisc, which is made when the interface has none. */
export class FilterAttachment implements Unlinked {
  readonly way = 'filter'
  readonly filter: Unlinked['filter'] & object
  readonly #place: FilterPlace
  readonly #tc: TrafficControl
  readonly #madeQdisc: boolean
  #programId: number
  #attached = true

  constructor(program: Fd, { interface: index, direction, priority = 0, handle = 0 }: Pick<FilterPlace, 'interface' | 'direction'> & Partial<FilterPlace>) {
    using owned = new DisposableStack()
    this.#tc = owned.use(new TrafficControl())
    this.#madeQdisc = this.#tc.addClsact(index)
    if (this.#madeQdisc) owned.defer(() => this.#tc.deleteClsact(index))
    const { place, programId } = put(this.#tc, { interface: index, direction, priority, handle }, program, false)
    this.#place = place
    this.filter = { priority: place.priority, handle: place.handle }
    this.#programId = programId
    owned.move()
  }

  replace(program: Fd): void {
    this.#programId = put(this.#tc, this.#place, program, true).programId
  }

  leave(): void {
    this.#attached = false
    this.#tc[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (!this.#attached) return
    this.#attached = false
    using tc = this.#tc
    const { interface: index, direction, priority, handle } = this.#place
    const isOurs = tc
      .filters(index, direction)
      .some((filter) => filter.priority === priority && filter.handle === handle && filter.programId === this.#programId)
    if (isOurs) tc.deleteFilter(this.#place)
    if (this.#madeQdisc && !tc.hasFilters(index)) tc.deleteClsact(index)
  }
}

function put(tc: TrafficControl, place: FilterPlace, program: Fd, replace: boolean): { place: FilterPlace; programId: number } {
  const { id, name } = objectInfo(program, programInfo)
  const { interface: index, direction, priority, handle } = tc.putFilter(place, { number: program.number, name }, replace)
  return { place: { interface: index, direction, priority, handle }, programId: id }
}
