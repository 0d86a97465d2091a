import { constantRate, type Rate } from './rate.ts'
import { type RateStep, steppedRate } from './steps.ts'
import { traceRate } from './trace.ts'

/** How fast a link sends, as plain data. */
export type RateOptions =
  /** bit/s; Infinity for a link that takes no time, 0 for an outage. */
  | { kind: 'constant'; rate: number }
  /** From the first step again after `period` ns, if there is one. */
  | { kind: 'steps'; steps: readonly RateStep[]; period?: number }
  /**
   * Lines of mahimahi's format, the name of the file that they come from, and how many bytes each lets through: 1504, as
   * there, unless another is said.
   */
  | { kind: 'trace'; text: string; file: string; opportunity?: number }

/**
 * The rate of a link for which time begins at `origin`, ns.
 *
 * @throws UsageError for steps that make no sense, ObjectError for a trace that is none
 */
export function rateOf(options: RateOptions, origin = 0): Rate {
  switch (options.kind) {
    case 'constant':
      return constantRate(options.rate)
    case 'steps':
      return steppedRate(options.steps, options.period, origin)
    case 'trace':
      return traceRate(options, origin)
  }
}
