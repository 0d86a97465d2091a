import { setImmediate as turn } from 'node:timers/promises'
import { LinuxTarget, makePinDirectory } from '../../src/kernel/index.ts'
import { load, openObject } from '../../src/loader/index.ts'
import { atExit, interruption } from '../interrupted.ts'
import type { Output } from '../output/output.ts'
import { readInput } from '../files/read-input.ts'
import { choose, type Choice } from './choose.ts'
import { hold } from './hold.ts'
import { prepareOrShow } from './prepare-or-show.ts'
import { registerEach } from './register-each.ts'
import { tell } from './tell.ts'
import { tellWhenVerbose } from './verbose.ts'
import { VerifierLogs, type VerifierLogChoice } from './verifier-logs.ts'

export interface RegisterOptions extends Choice, VerifierLogChoice {
  token?: string
}

/** Registers what an object has. It stays when this returns, or all of it is taken away again when this throws. */
export async function registerObject(file: string, options: RegisterOptions, output: Output): Promise<void> {
  const object = openObject(readInput(file), file)
  choose(object, options)
  using target = new LinuxTarget()
  const logs = new VerifierLogs(options, output)
  const tells = tellWhenVerbose(output)
  const { token = '' } = options
  // An empty name is as none, as libbpf has it.
  const loadOptions = { ...logs.options, ...tells, ...(token === '' ? {} : { token }) }
  const loading = () => load(prepareOrShow(object, target, output, tells), target, loadOptions)
  using loaded = logs.writeAfter(loading)
  const notes = [...loaded.notes]
  if (options.pin !== undefined && makePinDirectory(options.pin)) {
    notes.push('mounted the BPF file system at /sys/fs/bpf')
  }
  for (const note of notes) output.note(note)

  using ended = interruption()
  using undo = new DisposableStack()
  undo.use(atExit(() => undo.dispose()))
  const registrations = registerEach(loaded, options.pin, undo)
  // A signal that has come meanwhile is seen now, before anything is said to be registered.
  await turn()
  ended.signal.throwIfAborted()
  tell(registrations, { notes, verifierLogs: logs.forDocument }, output)
  const held = registrations.filter(({ linkId, pin }) => linkId !== null && pin === null)
  for (const registration of registrations) if (!held.includes(registration)) registration.leave()
  if (held.length > 0) await hold(held, target, ended.signal, output)
  undo.move()
}
