import type { Random } from './random.ts'

/** How packets get lost, or marked, on the way whatever the queue does. Probabilities are of one packet. */
export type LossOptions =
  /** Each by itself. */
  | { kind: 'independent'; probability: number }
  /** The last of every so many: what is reckoned of Reno and CUBIC under a loss rate holds for this one. */
  | { kind: 'periodic'; every: number }
  /**
   * In bursts: a chain of a good and a bad state, which may change before each packet (Gilbert 1960, Elliott 1963).
   * `toBad` and `toGood` are the probabilities of a change; a packet is lost with that of the state.
   */
  | { kind: 'bursts'; toBad: number; toGood: number; lossInBad?: number; lossInGood?: number }

/** Answers for each packet in turn whether it is lost. */
export function lossOf(options: LossOptions, random: Random): () => boolean {
  if (options.kind === 'independent') return () => random.happens(options.probability)
  if (options.kind === 'periodic') {
    let count = 0
    return () => {
      count = (count + 1) % options.every
      return count === 0
    }
  }
  const { toBad, toGood, lossInBad = 1, lossInGood = 0 } = options
  let isBad = false
  return () => {
    if (random.happens(isBad ? toGood : toBad)) isBad = !isBad
    return random.happens(isBad ? lossInBad : lossInGood)
  }
}

/** The part of packets that is lost in the long run. */
export function meanLoss(options: LossOptions): number {
  if (options.kind === 'independent') return options.probability
  if (options.kind === 'periodic') return 1 / options.every
  const { toBad, toGood, lossInBad = 1, lossInGood = 0 } = options
  const bad = toBad + toGood === 0 ? 0 : toBad / (toBad + toGood)
  return bad * lossInBad + (1 - bad) * lossInGood
}
