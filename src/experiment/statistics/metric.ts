import { type Blocks, differences, logRatios } from './paired.ts'

export type Scale = 'ratio' | 'difference'

/** A figure of both arms. */
export interface Metric extends Blocks {
  name: string
  /** Which direction is good. A metric without one is described, and neither judged nor counted in the family. */
  better?: 'higher' | 'lower'
  /** Whether arms differ by a factor, as rates and delays do, or by an amount, as what may be 0. */
  scale: Scale
  /** The largest difference that does not matter: a share of the baseline (0.05) where arms differ by a factor. */
  margin?: number
}

/** A metric's blocks on the scale on which it is judged, where 0 is no difference. */
export interface Scaled {
  scale: Scale
  values: readonly number[]
  margin: number | undefined
}

/** A figure that is not above 0 in every run is judged by its amount in any case, and without the margin of a factor. */
export function onScale(metric: Metric): Scaled {
  const logs = metric.scale === 'ratio' ? logRatios(metric) : undefined
  if (logs !== undefined) {
    return { scale: 'ratio', values: logs, margin: metric.margin === undefined ? undefined : Math.log1p(metric.margin) }
  }
  const margin = metric.scale === 'difference' ? metric.margin : undefined
  return { scale: 'difference', values: differences(metric), margin }
}
