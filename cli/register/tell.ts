import type { Registration } from '../../src/structops/index.ts'
import type { Output } from '../output/output.ts'

interface Remarks {
  notes: readonly string[]
  /** By program, when they belong into the document. */
  verifierLogs?: Readonly<Record<string, string>> | undefined
}

/** Says what is registered now, what keeps it so, and how to use it and to take it away. */
export function tell(registrations: readonly Registration[], { notes, verifierLogs }: Remarks, output: Output): void {
  const registered = registrations.map(describeRegistration)
  output.document({ registered, notes, ...(verifierLogs === undefined ? {} : { verifierLogs }) })
  for (const registration of registrations) printRegistration(registration, output)
}

/** The facts of a registration, for a document. */
export function describeRegistration({ ops, mapId, linkId, pin, keptAliveBy, name }: Registration) {
  return { name, map: ops.spec.name, struct: ops.kernel.name, mapId, linkId, pin, keptAliveBy }
}

export function printRegistration(registration: Registration, output: Output): void {
  const { name, map, struct, mapId, linkId, pin, keptAliveBy } = describeRegistration(registration)
  const ids = linkId === null ? `map ${mapId}` : `map ${mapId}, link ${linkId}`
  output.print(`registered ${output.style('green', name ?? map)} (struct ${struct}, ${ids})`)
  output.print(`  kept alive by ${keptAliveBy}`)
  const inForeground = linkId !== null && pin === null
  output.print(`  to take it away: ${inForeground ? 'Ctrl-C, or ' : ''}ccdk unregister ${name ?? map}`)
}
