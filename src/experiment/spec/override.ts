import { type Document, parseDocument, visit } from 'yaml'
import { nearestName } from '../../btf-match/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { Source } from '../../spec/index.ts'
import { type ExperimentFile, readExperiment } from './read.ts'

/** What is to stand in the place of what an experiment says. */
export interface Overrides {
  blocks?: number
  /** By the names of arms. */
  arms?: ReadonlyMap<string, { cc?: string; object?: string }>
}

/**
 * The experiment with something else in the place of what it says, also in its text: who reads that again has the same.
 *
 * @throws UsageError for an arm that it has not got
 */
export function withOverrides({ spec, source, named }: ExperimentFile, { blocks, arms = new Map() }: Overrides): ExperimentFile {
  if (blocks === undefined && arms.size === 0) return { spec, source, named }
  const document = withoutAliases(source.text)
  const names = spec.arms.map(({ name }) => name)
  for (const [name, arm] of arms) {
    const before = spec.arms.find((one) => one.name === name)
    if (before === undefined) {
      const nearest = nearestName(name, names)
      throw new UsageError(`${source.file} has no arm ${JSON.stringify(name)}; it has ${names.join(', ')}`, { hint: nearest === null ? '' : `did you mean ${nearest}?` })
    }
    document.setIn(['arms', name], { ...arm, ...(before.ecn === undefined ? {} : { ecn: before.ecn }) })
  }
  if (blocks !== undefined) document.set('blocks', blocks)
  const changed: Source = { file: source.file, text: document.toString({ lineWidth: 0 }) }
  return { spec: readExperiment(changed, named), source: changed, named }
}

/** Each alias is what it stands for: that may be about to change, or to go. */
function withoutAliases(text: string): Document {
  const document = parseDocument(text)
  visit(document, { Alias: (_, alias) => document.createNode(alias.toJS(document, { maxAliasCount: -1 }), { aliasDuplicateObjects: false }) })
  return document
}
