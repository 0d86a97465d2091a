import type { Registration } from '../../src/structops/index.ts'
import type { Output } from '../output.ts'

interface Remarks {
  notes: readonly string[]
  /** By program, when they belong into the document. */
  verifierLogs?: Readonly<Record<string, string>> | undefined
}

/** Says what is registered now, what keeps it so, and how to use it and to take it away. */
export function tell(registrations: readonly Registration[], { notes, verifierLogs }: Remarks, output: Output): void {
  const facts = registrations.map(({ ops, mapId, linkId, pin, keptAliveBy, name }) => ({
    name,
    map: ops.spec.name,
    struct: ops.kernel.name,
    mapId,
    linkId,
    pin,
    keptAliveBy,
  }))
  output.document({ registered: facts, notes, ...(verifierLogs === undefined ? {} : { verifierLogs }) })
  for (const { name, map, struct, mapId, linkId, pin, keptAliveBy } of facts) {
    const ids = linkId === null ? `map ${mapId}` : `map ${mapId}, link ${linkId}`
    output.print(`registered ${output.style('green', name ?? map)} (struct ${struct}, ${ids})`)
    output.print(`  kept alive by ${keptAliveBy}`)
    const inForeground = linkId !== null && pin === null
    output.print(`  to take it away: ${inForeground ? 'Ctrl-C, or ' : ''}ccdk unregister ${name ?? map}`)
  }
}
