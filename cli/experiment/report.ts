import { join } from 'node:path'
import { compareTrials, ExperimentStore, metricTable, readExperiment, writeReport } from '../../src/experiment/index.ts'
import type { Output } from '../output/output.ts'

/** Writes the report of what is stored so far. */
export function report(directory: string, file: string | undefined, output: Output): void {
  using store = ExperimentStore.open(directory)
  const { spec } = store.experiment
  const asked = readExperiment({ file: join(store.directory, spec.file), text: spec.text }, store.named())
  const written = writeReport(store, asked, compareTrials(asked, store.metrics(), metricTable), file)
  output.document({ file: written })
  output.print(written)
}
