import { Random } from '../../link-model/index.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { Design, Trial } from '../trial.ts'

/**
 * The trials of an experiment in running order: block by block, those of a block in random order, and those of the next in
 * the reverse of it, so that what drifts on the machine meets all arms alike and each comes first as often as the other.
 * All trials of a block and a scenario have the same seed.
 */
export function planTrials({ arms, scenarios, designs, blocks, seed }: ExperimentSpec): Trial[] {
  const trials: Trial[] = []
  for (let block = 0; block < blocks; block += 1) {
    const ofBlock = [...scenarios.keys()].flatMap((scenario) => {
      const same = { scenario, block, seed: new Random(seed, `block ${block} of scenario ${scenario}`).next() }
      return designs.flatMap((design) => armsOf(design, arms).map((arm) => ({ ...same, design, ...arm })))
    })
    const order = shuffled(ofBlock, new Random(seed, `order of blocks ${block & ~1}`))
    for (const trial of block % 2 === 0 ? order : order.toReversed()) trials.push({ index: trials.length, ...trial })
  }
  return trials
}

const armsOf = (design: Design, arms: ExperimentSpec['arms']): { arm?: string }[] => (design === 'mixed' ? [{}] : arms.map(({ name }) => ({ arm: name })))

/** By a random key each: with 32 bits two are hardly ever the same. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = items.map((item) => ({ item, key: random.next() }))
  return order.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}
