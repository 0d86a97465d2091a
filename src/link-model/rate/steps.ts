import { UsageError } from '../../errors/index.ts'
import { nsPerByte, type Rate } from './rate.ts'

/** From `at`, ns after the link's start, it sends at `rate` bit/s; 0 is an outage. */
export interface RateStep {
  at: number
  rate: number
}

/**
 * A rate that changes at given times, counted from `origin`. The first step is at 0. With `period` it starts again after
 * so many ns. A packet that is being sent when the rate changes goes on at the new one.
 */
export function steppedRate(steps: readonly RateStep[], period = Infinity, origin = 0): Rate {
  checkSteps(steps, period)
  const times = Float64Array.from(steps, ({ at }) => at)
  const rates = Float64Array.from(steps, ({ rate }) => rate)
  /** The end of each step within a turn. */
  const ends = Float64Array.from([...times.slice(1), period])
  /** What a turn sends up to the end of each step, bit/s times ns. */
  const sums = new Float64Array(steps.length)
  let turnSum = 0
  for (const [index, end] of ends.entries()) {
    const rate = rates[index] ?? 0
    turnSum += rate === 0 ? 0 : (end - (times[index] ?? 0)) * rate
    sums[index] = turnSum
  }

  /** In which turn and step a moment is, and how far in that turn. One between two steps is the end of the first. */
  const placeAt = (moment: number): { turn: number; index: number; time: number } => {
    const turn = period === Infinity ? 0 : Math.floor((moment - origin) / period)
    const time = moment - origin - turns(turn, period)
    return { turn, index: Math.min(firstFrom(ends, time), steps.length - 1), time }
  }
  /** What is sent from the origin to this moment. */
  const sumAt = (moment: number): number => {
    const { turn, index, time } = placeAt(moment)
    const whole = turns(turn, turnSum) + (sums[index - 1] ?? 0)
    return whole + Math.max(0, time - (times[index] ?? 0)) * (rates[index] ?? 0)
  }

  return {
    finish(start, bytes) {
      const { turn, index, time } = placeAt(start)
      const work = bytes * nsPerByte
      const rate = rates[index] ?? 0
      // A moment that was rounded may lie behind the end of its step.
      const room = rate === 0 ? 0 : Math.max(0, (ends[index] ?? 0) - time) * rate
      if (work <= room) return work === 0 ? start : start + work / rate
      const target = (sums[index] ?? 0) + work - room
      let more = turnSum === Infinity ? 0 : Math.ceil(target / turnSum) - 1
      let rest = Math.min(turnSum, target - turns(more, turnSum))
      // The turn in which it ends has more than nothing to send of it.
      if (rest <= 0) [more, rest] = [more - 1, turnSum]
      const last = firstFrom(sums, rest)
      const within = (times[last] ?? 0) + (rest - (sums[last - 1] ?? 0)) / (rates[last] ?? 0)
      return Math.max(start, origin + turns(turn + more, period) + within)
    },
    left: (start, bytes, now) => Math.max(0, bytes - (sumAt(now) - sumAt(start)) / nsPerByte),
  }
}

/** What so many turns have, where one may have no end. */
const turns = (count: number, each: number): number => (count === 0 ? 0 : count * each)

/** Where the first of sorted values is that is no less than this one. */
function firstFrom(values: Float64Array, least: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return low
}

function checkSteps(steps: readonly RateStep[], period: number): void {
  const [first] = steps
  const areRates = steps.every(({ rate }) => rate >= 0 && rate < Infinity)
  if (!areRates) throw new UsageError('a step of a rate has 0 bit/s or more, and an end to them')
  if (first === undefined || first.at !== 0) throw new UsageError('the first step of a rate is at time 0')
  const isSorted = steps.every(({ at }, index) => index === 0 || at > (steps[index - 1]?.at ?? 0))
  if (!isSorted) throw new UsageError('the steps of a rate come in the order of their times, each at one of its own')
  if ((steps.at(-1)?.at ?? 0) >= period) throw new UsageError('the last step of a rate comes before it starts again')
  if (!steps.some(({ rate }) => rate > 0)) throw new UsageError('a rate that is always 0 sends nothing')
  if (period === Infinity && steps.at(-1)?.rate === 0) throw new UsageError('a rate that ends at 0 keeps packets for ever')
}
