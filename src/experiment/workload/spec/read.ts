import { filesBeside, readDocument, readValue, type Source } from '../../../spec/index.ts'
import type { Item } from '../plans/traffic.ts'
import type { Network } from './context.ts'
import { resolveWorkload } from './resolve.ts'
import { workloadDocument, type WorkloadInput, workloadSchema } from './schema.ts'

const filesOf = (file: string): ((name: string) => string) => filesBeside(file, 'sizes of flows')

/** Where a workload runs, and the names that `arm` may have: none by default. */
export interface Setting extends Network {
  arms?: readonly string[]
}

/**
 * The workload of a file that holds one under `workload:`, in YAML or JSON. Files that it names are found from where it
 * lies.
 *
 * @throws ObjectError that names file, line, column, key and what was expected there
 */
export function readWorkload(source: Source, setting: Setting): Item[] {
  const { value, error } = readDocument(workloadDocument, source)
  return resolveWorkload(value.workload, { arms: [], ...setting, error, readFile: filesOf(source.file) }, ['workload'])
}

/**
 * The workload of a value that a program made, in the same words: `[{ bulk: { flows: 4, seconds: 10 } }]`.
 *
 * @throws UsageError that names the key and what was expected there
 */
export function workloadOf(input: WorkloadInput, setting: Setting): Item[] {
  const { value, error } = readValue(workloadSchema, input)
  return resolveWorkload(value, { arms: [], ...setting, error, readFile: filesOf('.') })
}
