import type { ExperimentSpec, PlacedFigure } from '../../../src/experiment/index.ts'

/** What a run begins with, for who shows how it gets on. */
export interface Watched {
  spec: ExperimentSpec
  /** By their names, each with that of its algorithm. */
  arms: readonly { name: string; cc: string }[]
  /** What earlier calls have measured. */
  figures: Iterable<PlacedFigure>
}
