import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileError } from '../../kernel/index.ts'
import type { ExperimentComparison } from '../compare/compare-trials.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { ExperimentStore } from '../store/store.ts'
import { reportPage } from './page.ts'

/** Writes report.html into the experiment's directory and answers its path. An older one is there until the new one is whole. */
export function writeReport(store: ExperimentStore, spec: ExperimentSpec, comparison: ExperimentComparison, file = join(store.directory, 'report.html')): string {
  const page = reportPage(store, spec, comparison, { script: asset('report.js'), style: asset('report.css') })
  const unfinished = `${file}.${process.pid}`
  try {
    writeFileSync(unfinished, page)
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw fileError(error, { doing: `writing ${file}`, syscall: 'write', capability: 'CAP_DAC_OVERRIDE', hints: { ENOSPC: 'make room on that disk; what was measured is stored, and ccdk ab --resume goes on from there' } })
  }
  return file
}

/** What `npm run build` has made of the folder `page`. */
const asset = (name: string): string => readFileSync(fileURLToPath(import.meta.resolve(`ccdk/page/${name}`)), 'utf8')
