import { errorDocument } from '../../src/errors/index.ts'
import type { Output } from '../output/output.ts'
import { reportError } from '../errors/report-error.ts'
import { describeRegistration, printRegistration } from '../register/tell.ts'
import { printSwitched } from '../switch/tell.ts'
import { milliseconds } from '../output/units.ts'
import type { Placed, Version, Versions } from './versions.ts'

/** How long it took, ms. `fromSave` is from the save to the moment at which new connections get the new version. */
export interface Times {
  fromSave: number | null
  build: number
  load: number
}

/** Says which version is in place now, and how long it took. Under `--json` each version is a document of its own. */
export function tellPlaced({ at, registered, switched, withdrawn, notes }: Placed, times: Times, output: Output): void {
  output.document({ event: 'placed', registered: registered.map(describeRegistration), switched, withdrawn, notes, ms: times })
  for (const note of notes) output.note(note)
  for (const registration of registered) printRegistration(registration, output)
  for (const one of switched) printSwitched(one, output)
  for (const name of withdrawn) output.print(`unregistered ${name}, which the source has no more`)
  const { fromSave, build, load } = times
  const since = fromSave === null ? '' : `, ${milliseconds(fromSave)} after the save`
  const parts = `clang ${milliseconds(build)}, load and ${switched.length > 0 ? 'switch' : 'register'} ${milliseconds(load)}`
  output.print(output.style('dim', `  active at ${timeOfDay(at)}${since}: ${parts}`))
}

/** As the person's clock shows it. */
const timeOfDay = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** Says what was wrong with a version, and what stays. */
export function tellFailure(error: unknown, inPlace: readonly Version[], output: Output): void {
  output.document({ event: 'failed', ...errorDocument(error), kept: inPlace })
  if (output.json) return
  reportError(error, output)
  const kept = inPlace.map(({ name, mapId }) => `${name} stays at map ${mapId}`).join(', ')
  output.error(`      ${kept === '' ? 'nothing is registered' : kept}; waiting for the next save`)
}

/** Says what becomes of what was registered. */
export function tellEnd(versions: Versions, output: Output): void {
  for (const { name, mapId } of versions.inPlace()) {
    const own = versions.own.get(name)
    if (own === undefined) output.note(`${name}: left at map ${mapId} to who registered it`)
    else output.note(own.pin === null ? `${name}: unregistered` : `${name}: stays, pinned at ${own.pin}`)
  }
}
