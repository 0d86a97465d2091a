import type { ForwarderStatistics } from '../../emulator/index.ts'
import type { FlowRecord } from '../trial.ts'

/** What would make figures those of the emulator and not of the algorithms: packets that it lost or held up. */
const losing = {
  'rx-dropped': 'the kernel dropped packets before the emulator',
  'rx-full': 'packets came faster than the emulator took them',
  'fill-empty': 'the emulator had no room for packets that came',
  'no-frame': 'packets found no room in the emulator',
} as const

/** More than a machine has that is merely busy, and than any algorithm could make up for, ns. */
const longestStill = 1e9

interface Validity {
  wanted: ReadonlyMap<string, string>
  late: number
  failures: readonly string[]
  unread: number
  droppedBefore: number
  stillNs: number
}

/**
 * Why a trial's figures cannot be taken; empty for a good one. `wanted` has the congestion controls of its arms, `late` is
 * how late one of a hundred packets may have left the emulator, ns, `failures` why flows were not sent as planned, `unread` how
 * many packets nobody has noted, `droppedBefore` how many the hosts' own interfaces dropped, which no counter of the path knows
 * of, and `stillNs` how long nothing was measured: who is stopped with Ctrl-Z, or is in a virtual machine that is moved, lets
 * no packet be late.
 */
export function reasonsAgainst(
  { lapses, lateness }: Pick<ForwarderStatistics, 'lapses' | 'lateness'>,
  flows: readonly FlowRecord[],
  { wanted, late: latest, failures, unread, droppedBefore, stillNs }: Validity,
): string[] {
  const lost = Object.entries(losing).flatMap(([lapse, words]) => {
    const count = new Map<string, number>(Object.entries(lapses)).get(lapse) ?? 0
    return count === 0 ? [] : [`${words} (${count})`]
  })
  const late = lateness.p99 > latest ? [`one of a hundred packets left the emulator ${(lateness.p99 / 1e6).toFixed(1)} ms late or more`] : []
  const overwritten = unread === 0 ? [] : [`the record of ${unread} packets was overwritten before it was read`]
  const unqueued = droppedBefore === 0 ? [] : [`the hosts' own interfaces dropped ${droppedBefore} packets before the path`]
  const still = stillNs <= Math.max(longestStill, latest) ? [] : [`nothing ran for ${(stillNs / 1e9).toFixed(1)} s`]
  const [failure] = failures
  const unsent = failure === undefined ? [] : [`${failures.length === 1 ? '1 flow was' : `${failures.length} flows were`} not sent as planned: ${failure}`]
  const errors = [...wanted.keys()].flatMap((name) => {
    const own = flows.filter(({ arm }) => arm === name)
    return own.some(({ error }) => error === undefined) ? [] : [`no flow of arm ${name} went through: ${own[0]?.error ?? 'there was none'}`]
  })
  const other = flows.find(({ arm, cc }) => arm !== '' && cc !== wanted.get(arm))
  const others = other === undefined ? [] : [`a flow of arm ${other.arm} used ${other.cc}`]
  return [...lost, ...unqueued, ...late, ...overwritten, ...still, ...unsent, ...errors, ...others]
}

/** Flows that the network ended, arm by arm, in words. A trial counts with them: what becomes of connections is what is measured. */
export const brokenFlows = (flows: readonly FlowRecord[]): string[] =>
  [...Map.groupBy(flows, ({ arm }) => arm)].flatMap(([arm, own]) => {
    const errors = own.flatMap(({ error }) => error ?? [])
    const whose = arm === '' ? 'in the background' : `of arm ${arm}`
    return errors.length === 0 ? [] : [`${errors.length} of ${own.length} flows ${whose} broke off: ${errors[0]}`]
  })
