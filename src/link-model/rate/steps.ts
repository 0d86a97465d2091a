import { UsageError } from '../../errors/index.ts'
import { nsPerByte, type Rate } from './rate.ts'

/** From `at`, ns after the link's start, it sends at `rate` bit/s; 0 is an outage. */
export interface RateStep {
  at: number
  rate: number
}

/**
 * A rate that changes at given times. The first step is at 0. With `period` it starts again after so many ns. A packet
 * that is being sent when the rate changes goes on at the new one.
 */
export function steppedRate(steps: readonly RateStep[], period = Infinity): Rate {
  checkSteps(steps, period)
  const beginOf = (turn: number): number => (turn === 0 ? 0 : turn * period)
  /** The step that holds at a time, and in which turn. */
  const placeAt = (time: number): { turn: number; index: number } => {
    const turn = period === Infinity ? 0 : Math.floor(time / period)
    return { turn, index: Math.max(0, steps.findLastIndex(({ at }) => at <= time - beginOf(turn))) }
  }
  return {
    finish(start, bytes) {
      let { turn, index } = placeAt(start)
      let time = start
      let left = bytes * nsPerByte
      for (;;) {
        const rate = steps[index]?.rate ?? 0
        const next = steps[index + 1]
        const until = next === undefined ? beginOf(turn + 1) : beginOf(turn) + next.at
        const end = rate === 0 ? Infinity : time + left / rate
        if (end <= until) return end
        // The next step is counted, not looked for by its time: that is rounded, and may lie in the step before.
        left -= Math.max(0, until - time) * rate
        time = Math.max(time, until)
        index = next === undefined ? 0 : index + 1
        if (next === undefined) turn += 1
      }
    },
    at: (time) => steps[placeAt(time).index]?.rate ?? 0,
  }
}

function checkSteps(steps: readonly RateStep[], period: number): void {
  const [first] = steps
  if (first === undefined || first.at !== 0) throw new UsageError('the first step of a rate is at time 0')
  const isSorted = steps.every(({ at }, index) => index === 0 || at > (steps[index - 1]?.at ?? 0))
  if (!isSorted) throw new UsageError('the steps of a rate come in the order of their times, each at one of its own')
  if ((steps.at(-1)?.at ?? 0) >= period) throw new UsageError('the last step of a rate comes before it starts again')
  if (!steps.some(({ rate }) => rate > 0)) throw new UsageError('a rate that is always 0 sends nothing')
  if (period === Infinity && steps.at(-1)?.rate === 0) throw new UsageError('a rate that ends at 0 keeps packets for ever')
}
