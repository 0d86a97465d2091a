import { join, resolve } from 'node:path'
import { UsageError } from '../../src/errors/index.ts'
import {
  checkIperf3,
  checkPaths,
  type ExperimentFile,
  ExperimentStore,
  type KeptArm,
  openExperiment,
  type Overrides,
  prepareArms,
  readExperiment,
  withOverrides,
} from '../../src/experiment/index.ts'
import { LinuxTarget } from '../../src/kernel/index.ts'
import type { Output } from '../output/output.ts'
import type { AbOptions } from './options.ts'
import { tellPlan } from './plan.ts'
import { armOf, type QuickOptions, quickExperiment } from './quick.ts'
import { runAndCompare } from './run.ts'

/** An experiment, where its objects lie, and the directory that it goes on in. */
export interface Chosen extends ExperimentFile {
  /** What an arm was begun with. */
  kept?: (arm: string) => KeptArm | undefined
  /** A directory with trials of it. */
  resumed?: string
}

export async function ab(file: string | undefined, options: AbOptions, output: Output): Promise<void> {
  await carryOut(await choose(file, options), options, output)
}

export async function abQuick(arms: readonly [string, string], options: QuickOptions & AbOptions, output: Output): Promise<void> {
  if (options.resume !== undefined || options.from !== undefined) throw new UsageError('quick begins an experiment: --resume and --from go without it')
  await carryOut(withOverrides(quickExperiment(arms, options), overridesOf(options)), options, output)
}

async function choose(file: string | undefined, options: AbOptions): Promise<Chosen> {
  const { resume, from } = options
  const given = [file, resume, from].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new UsageError(given.length === 0 ? 'nothing says what the experiment is' : 'the spec, --resume and --from exclude each other', {
      hint: 'ccdk ab SPEC runs one, ccdk ab quick A B needs no file, ccdk ab --resume DIR goes on with one',
    })
  }
  if (resume === undefined) {
    const chosen: Chosen = file === undefined ? fromBundle(from ?? '') : await openExperiment(file)
    const overrides = overridesOf(options)
    const kept = (arm: string): KeptArm | undefined => (overrides.arms?.has(arm) === true ? undefined : chosen.kept?.(arm))
    return { ...withOverrides(chosen, overrides), kept }
  }
  const stray = (['out', 'blocks', 'arm'] as const).find((name) => options[name] !== undefined)
  if (stray !== undefined) throw new UsageError(`--resume goes on with what was planned, in its directory: leave --${stray} out`)
  return { ...fromBundle(resume), resumed: resume }
}

function overridesOf({ blocks, arm: words = [] }: AbOptions): Overrides {
  const arms = words.map((text): [string, { cc?: string; object?: string }] => {
    const [, name, algorithm] = /^(\w+)=(.+)$/.exec(text) ?? []
    if (name === undefined || algorithm === undefined) throw new UsageError(`--arm takes an arm and its algorithm, such as B=my.bpf.o, not "${text}"`)
    const { cc, object } = armOf(algorithm)
    // The spec looks for its files where it lies, and a person where they are.
    if (object !== undefined) return [name, { object: resolve(object) }]
    return [name, cc === undefined ? {} : { cc }]
  })
  return { arms: new Map(arms), ...(blocks === undefined ? {} : { blocks }) }
}

/** The spec that lies in a bundle, with the objects that were used. */
function fromBundle(directory: string): Chosen {
  using store = ExperimentStore.open(directory)
  const { spec, arms } = store.experiment
  const source = { file: join(store.directory, spec.file), text: spec.text }
  const kept = (name: string): KeptArm => {
    const object = arms.find((arm) => arm.name === name)?.object
    return object === undefined ? {} : { object: { file: join(store.directory, object.file), sha256: object.sha256 } }
  }
  const named = store.named()
  return { spec: readExperiment(source, named), source, named, kept }
}

async function carryOut(chosen: Chosen, options: AbOptions, output: Output): Promise<void> {
  const { spec, source, kept } = chosen
  using target = new LinuxTarget()
  const arms = prepareArms(spec.arms, target, { specFile: source.file, ...(kept === undefined ? {} : { kept }) })
  checkIperf3(spec, arms)
  checkPaths(spec)
  if (options.dryRun === true) return tellPlan(chosen, arms, output)
  await runAndCompare(chosen, { arms, target, ...(options.out === undefined ? {} : { out: options.out }) }, output)
}
