import type { Random } from '../../../link-model/index.ts'

/** How long something takes, ns: `mean` always, or by chance with that mean. */
export type Durations =
  | { kind: 'fixed' | 'exponential'; mean: number }
  /** Heavy tails: no variance where `shape` is 2 or less. It is more than 1. */
  | { kind: 'pareto'; mean: number; shape: number }

/** Whole ns, one at least. */
export const draw = (durations: Durations, random: Random): number => Math.max(1, Math.round(real(durations, random)))

function real(durations: Durations, random: Random): number {
  const { kind, mean } = durations
  switch (kind) {
    case 'fixed':
      return mean
    case 'exponential':
      return -mean * Math.log(1 - random.float())
    case 'pareto': {
      const { shape } = durations
      const least = (mean * (shape - 1)) / shape
      return least / (1 - random.float()) ** (1 / shape)
    }
  }
}
