import { checkPath } from '../../emulator/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'

/**
 * Sees whether the emulator can make the path of each scenario.
 *
 * @throws UsageError for the first that it cannot
 */
export function checkPaths({ scenarios }: ExperimentSpec): void {
  for (const { name, path } of scenarios) {
    try {
      checkPath(path)
    } catch (cause) {
      if (!(cause instanceof UsageError) || name === '') throw cause
      throw new UsageError(`${name}: ${cause.message}`, { hint: cause.hint, cause })
    }
  }
}
