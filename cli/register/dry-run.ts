import { describeCall, documentOfCall, load, namesIn, openObject, type RecordedCall, RecordingTarget } from '../../src/loader/index.ts'
import { kernelFacts } from '../files/kernel-facts.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'
import { choose, type Choice } from './choose.ts'
import { prepareOrShow } from './prepare-or-show.ts'
import { registerEach } from './register-each.ts'
import { tellWhenVerbose } from './verbose.ts'

/** Says what registering an object would create, call by call. Nothing is, so that it needs no privilege. */
export async function dryRun(
  file: string,
  { btf, token = '', ...choice }: Choice & { btf: string | undefined; token?: string },
  output: Output,
): Promise<void> {
  const object = openObject(readInput(file), file)
  choose(object, choice)
  const { facts, withModules } = await kernelFacts(btf)
  using target = new RecordingTarget((await withModules?.()) ?? facts)
  const tells = tellWhenVerbose(output)
  using loaded = load(prepareOrShow(object, target, output, tells), target, { ...tells, ...(token === '' ? {} : { token }) })
  using registered = new DisposableStack()
  registerEach(loaded, choice.pin, registered)
  // What is called from here on takes it away again.
  const calls = target.calls.filter(isStep)
  for (const note of loaded.notes) output.note(note)
  const names = namesIn(calls, target)
  output.document({ dryRun: true, object: file, kernel: target.name, calls: calls.map((call) => documentOfCall(call, target, names)), notes: loaded.notes })
  output.print(`${output.style('bold', file)} on ${target.name}: what would be done, in this order; nothing has been`)
  const digits = String(calls.length).length
  for (const [index, call] of calls.entries()) output.print(`${String(index + 1).padStart(digits + 2)}  ${describeCall(call, target)}`)
}

/** Questions about what there is change nothing, but for whether a map is shared. */
const isStep = ({ method }: RecordedCall): boolean => !method.startsWith('objects.') && method !== 'hasFeature'
