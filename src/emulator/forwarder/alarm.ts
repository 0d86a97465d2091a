import type { Poller } from '../../kernel/index.ts'

/** So little is waited for awake: sleeping takes longer, ns. */
const shortest = 5e3

/** No more than this is taken off a sleep, ns: a machine that is so late cannot be relied on. */
const mostLead = 200e3

/**
 * Waits for packets, or until a moment. A thread that sleeps is woken late, by 20 µs after short sleeps and by 100 µs
 * after long ones on the reference machine: how late, for each power of two of ns, is learnt and taken off.
 */
export class Alarm {
  readonly #poller: Pick<Poller, 'wait'>
  readonly #clock: () => number
  readonly #leads = new Float64Array(33)

  constructor(poller: Pick<Poller, 'wait'>, clock: () => number) {
    this.#poller = poller
    this.#clock = clock
  }

  /** May come back before, but not much later than after so many ns. */
  wait(nanoseconds: number): void {
    if (nanoseconds < shortest) return
    const kind = 32 - Math.clz32(nanoseconds)
    const lead = this.#leads[kind] ?? 0
    const asked = Math.max(0, nanoseconds - lead)
    const before = this.#clock()
    if (this.#poller.wait(asked) > 0) return
    const late = Math.min(mostLead, this.#clock() - before - asked)
    this.#leads[kind] = lead + (late - lead) / 16
  }
}
