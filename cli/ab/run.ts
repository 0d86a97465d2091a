import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { GateError } from '../../src/errors/index.ts'
import {
  checkAlone,
  demandEmpty,
  demandSameRegistered,
  type ExperimentResult,
  ExperimentStore,
  type IsolationCheck,
  KernelTarget,
  planTrials,
  type PreparedArm,
  registeredHashes,
  resultOf,
  runExperiment,
  runFacts,
  type Survey,
  verifyArms,
  writeReport,
} from '../../src/experiment/index.ts'
import { Journal } from '../../src/journal/index.ts'
import type { LinuxTarget } from '../../src/kernel/index.ts'
import { cleanUpFirst } from '../cleanup/first.ts'
import { writeOutput } from '../files/write-output.ts'
import { atExit, interruption } from '../interrupted.ts'
import { type Output, toJson } from '../output/output.ts'
import { count } from '../output/units.ts'
import { fellBehind } from '../path/words.ts'
import type { Chosen } from './ab.ts'
import { progressOf } from './progress/progress.ts'
import { gateLines, resultLines, sidesOf, summaryLines } from './result-words.ts'

export interface Means {
  arms: readonly PreparedArm[]
  target: LinuxTarget
  /** The directory that is to be made. */
  out?: string
}

/** Runs what has no valid result yet, compares what there is, and tells. */
export async function runAndCompare(chosen: Chosen, means: Means, output: Output): Promise<void> {
  const { spec, resumed } = chosen
  const directory = resumed ?? means.out ?? `${spec.name}-${dateWords(new Date())}`
  if (resumed === undefined) demandEmpty(directory)
  const alone = checkAlone(await cleanUpFirst(output))
  using owned = new DisposableStack()
  const stored = resumed === undefined ? undefined : owned.use(ExperimentStore.open(resumed, { write: true }))
  const store = stored?.waiting().length === 0 ? stored : await runTrials(chosen, { ...means, directory, alone, stored, owned }, output)
  const result = resultOf(spec, store)
  writeReport(store, spec, result)
  writeOutput(join(store.directory, 'result.json'), Buffer.from(`${toJson(result)}\n`))
  tellResult(result, store.directory, output)
}

interface Running extends Means {
  directory: string
  /** Whether other runs go on. */
  alone: IsolationCheck
  /** An experiment that goes on. */
  stored: ExperimentStore | undefined
  /** What the store is to be closed with. */
  owned: DisposableStack
}

/** Runs trials with the algorithms registered. A signal ends it, and what was stored stays. */
async function runTrials(chosen: Chosen, { arms, target, directory, alone, stored, owned }: Running, output: Output): Promise<ExperimentStore> {
  const { spec } = chosen
  const registered = registeredHashes(arms, target)
  demandSameRegistered(arms, registered, stored?.runs() ?? [])
  using ended = interruption(output.unread)
  let opened = stored
  const open = (): ExperimentStore => (opened ??= owned.use(ExperimentStore.create(directory, newExperiment(chosen, arms))))
  try {
    using made = new DisposableStack()
    // What cannot be loaded makes no directory, and where none can be made nothing is registered.
    verifyArms(arms, target)
    const store = open()
    const kernel = made.use(new KernelTarget(spec, { arms, target, journal: made.use(Journal.begin('ab')) }))
    made.use(atExit(() => kernel[Symbol.dispose]()))
    const trials = store.waiting()
    const surveys = await survey(kernel, [...new Set(trials.map(({ scenario }) => scenario))], { chosen, alone, signal: ended.signal }, output)
    // Of the first path all checks, of the others those that say something else.
    const isolation = surveys.flatMap((one, index) => (index === 0 ? one.isolation : one.isolation.filter(({ ok }) => !ok)))
    store.beginRun(runFacts(isolation, registered))
    for (const { scenario, certificate } of surveys) store.addCertificate(scenario, certificate)
    output.note(`${count(store.waiting().length, 'trial')}, into ${store.directory}`)
    using progress = await progressOf({ spec, arms: store.experiment.arms, figures: store.metrics() }, output)
    await runExperiment({ spec, store, target: kernel, signal: ended.signal, tell: (event) => progress.tell(event) })
    return store
  } catch (error) {
    // Ctrl-C reaches the hosts too, and that one has ended may be known here before the signal is.
    await turn()
    if (opened !== undefined) leave(opened, stored === undefined, output)
    throw ended.signal.aborted ? ended.signal.reason : error
  }
}

/** Of a new experiment in which nothing has been measured nothing stays. What goes wrong here does not hide why the run has ended. */
function leave(store: ExperimentStore, isNew: boolean, output: Output): void {
  const { directory } = store
  try {
    if (isNew && store.trials().length === 0) store.discard()
    else output.note(`stopped, with ${count(store.waiting().length, 'trial')} still to run; go on with: ccdk ab --resume ${directory}`)
  } catch (error) {
    output.note(`stopped, and ${directory} is left as it is: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Makes the path of each scenario once, and says what it is. */
async function survey(
  kernel: KernelTarget,
  scenarios: readonly number[],
  { chosen, alone, signal }: { chosen: Chosen; alone: IsolationCheck; signal: AbortSignal },
  output: Output,
): Promise<Survey[]> {
  const surveys: Survey[] = []
  for (const scenario of scenarios) {
    const name = chosen.spec.scenarios[scenario]?.name ?? ''
    output.note(`measuring the path${name === '' ? '' : ` ${name}`}`)
    const found = await kernel.survey(scenario, signal)
    if (surveys.length === 0) found.isolation.push(alone)
    tellSurvey(found, surveys.length === 0, output)
    surveys.push(found)
  }
  return surveys
}

function tellSurvey({ isolation, certificate }: Survey, isFirst: boolean, output: Output): void {
  for (const { check, found, ok } of isolation) if (isFirst || !ok) output.note(`  ${ok ? 'ok' : 'NOT SO'}  ${check}: ${found}`)
  const words = { ok: 'it is what was asked for', off: 'it is not what was asked for', disturbed: 'the measurement was disturbed, and nobody can tell' }
  const wrong = certificate.findings.filter(({ verdict }) => verdict === certificate.verdict && verdict !== 'ok')
  const behind = fellBehind({ lapses: certificate.lapses })
  output.note(`  path: ${words[certificate.verdict]}${wrong.length === 0 ? '' : ` (${wrong.map(({ subject }) => subject).join(', ')})`}${behind.length === 0 ? '' : `; ${behind.join('; ')}`}`)
}

const newExperiment = ({ spec, source, named }: Chosen, arms: readonly PreparedArm[]) => ({
  name: spec.name,
  target: 'kernel' as const,
  seed: spec.seed,
  spec: source,
  named,
  arms: arms.map(({ arm, ownName, own }) => ({
    name: arm.name,
    cc: ownName,
    ...(own === undefined ? {} : { object: { file: own.file, bytes: own.bytes } }),
  })),
  scenarios: spec.scenarios.map(({ name, path }) => ({ name, path })),
  trials: planTrials(spec),
})

function tellResult(result: ExperimentResult, directory: string, output: Output): void {
  output.document({ directory, result })
  for (const line of resultLines(result, process.stdout.isTTY ? process.stdout.columns : Infinity, output)) output.print(line)
  for (const line of [...summaryLines(result, output), ...gateLines(result, output)]) output.print(line)
  const { planned, valid, invalid, waiting } = result.trials
  const more = [...(invalid.length === 0 ? [] : [`${invalid.length} not valid`]), ...(waiting === 0 ? [] : [`${waiting} still to run`])]
  output.note(`${valid} of ${count(planned, 'trial')} valid${more.length === 0 ? '' : `, ${more.join(', ')}`}; ${join(directory, 'report.html')} shows all of it`)
  const [failed, ...others] = result.gates.filter(({ passed }) => !passed)
  if (failed === undefined) return
  const rest = others.length === 0 ? '' : ` (and ${count(others.length, 'other gate')} failed)`
  throw new GateError(`the gate ${failed.gate} failed: ${sidesOf(failed)}${rest}`, failed.figures)
}

/** `2026-11-21-18-05-09`, of the local clock. */
function dateWords(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
  return [date.getFullYear(), ...parts.map(two)].join('-')
}
