import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CcdkError, ObjectError } from '../../errors/index.ts'
import { filesBeside, readDocument, readValue, type Source } from '../../spec/index.ts'
import { metricNames } from '../measure/metric-table.ts'
import type { ExperimentSpec } from './experiment.ts'
import { resolveExperiment } from './resolve.ts'
import { experimentDocument, type ExperimentDocumentInput, type ExperimentPathInput } from './schema.ts'

/** Either a value or several of which each is tried, at every place of a path. */
type Listed<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]: K extends 'links' | 'steps' ? T[K] : Listed<T[K]> | readonly Listed<T[K]>[] } : T

/** What a program or a TypeScript module says of an experiment: the same words as a file. */
export type ExperimentInput = Omit<ExperimentDocumentInput, 'path' | 'scenarios'> & {
  path?: Listed<ExperimentPathInput> | readonly Listed<ExperimentPathInput>[]
  scenarios?: (Pick<NonNullable<ExperimentDocumentInput['scenarios']>[number], 'name' | 'workload' | 'rfc9743'> & {
    path?: Listed<ExperimentPathInput> | readonly Listed<ExperimentPathInput>[]
  })[]
}

const metrics = metricNames

/** Texts of the files that an experiment names, by their names there. */
export type NamedFiles = Map<string, string>

/** Each is read once, from where the experiment lies, and noted. */
const readBeside = (file: string, named: NamedFiles) => (name: string, what: string) => {
  const text = named.get(name) ?? filesBeside(file, what)(name)
  named.set(name, text)
  return text
}

/**
 * The experiment of a file in YAML or JSON. Files that it names are found from where it lies, but for those in `named`;
 * those that were read come into it. Its objects are not read.
 *
 * @throws ObjectError that names file, line, column, key and what was expected there
 */
export function readExperiment(source: Source, named: NamedFiles = new Map()): ExperimentSpec {
  const { value, error } = readDocument(experimentDocument, source)
  return resolveExperiment(value, { error, readFile: readBeside(source.file, named), metrics })
}

/**
 * The experiment of a value that a program made, in the same words. `file` is from where it names others.
 *
 * @throws UsageError that names the key and what was expected there
 */
export function experimentOf(input: ExperimentInput, file = '.'): ExperimentSpec {
  return experimentFrom(input, file, new Map())
}

function experimentFrom(input: unknown, file: string, named: NamedFiles): ExperimentSpec {
  const { value, error } = readValue(experimentDocument, input)
  return resolveExperiment(value, { error, readFile: readBeside(file, named), metrics })
}

/** An experiment, and its words in YAML or JSON, as a bundle keeps them. */
export interface ExperimentFile {
  spec: ExperimentSpec
  source: Source
  named: NamedFiles
}

/**
 * The experiment of a file: in YAML or JSON, or of a module in TypeScript or JavaScript whose default export is one.
 *
 * @throws ObjectError for a file that cannot be read or is none
 */
export async function openExperiment(file: string): Promise<ExperimentFile> {
  if (/\.[cm]?[jt]s$/.test(file)) return await importExperiment(file)
  const source = { file, text: readText(file) }
  const named: NamedFiles = new Map()
  return { spec: readExperiment(source, named), source, named }
}

async function importExperiment(file: string): Promise<ExperimentFile> {
  readText(file)
  let input: unknown
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(file)).href)
    input = module.default
  } catch (cause) {
    throw new ObjectError({ file, path: '', expected: `expected a module with an experiment: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
  }
  if (input === undefined) throw new ObjectError({ file, path: '', expected: 'expected an experiment as its default export' })
  try {
    const named: NamedFiles = new Map()
    return { spec: experimentFrom(input, file, named), source: { file, text: `${JSON.stringify(input, undefined, 2)}\n` }, named }
  } catch (cause) {
    if (!(cause instanceof CcdkError) || cause instanceof ObjectError) throw cause
    throw new ObjectError({ file, path: '', expected: cause.message, cause })
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ObjectError({ file, path: '', expected: `expected an experiment: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
  }
}
