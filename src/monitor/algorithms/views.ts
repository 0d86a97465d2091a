import type { ProgramRuns } from '../../sockets/index.ts'
import type { StructOpsEntry, StructOpsMember } from '../../structops/index.ts'
import type { AlgorithmView, MemberView } from '../snapshot.ts'
import type { Kept } from './holders.ts'

/** What is known of an algorithm besides its map. */
export interface Known {
  /** Of each program since the look before; none where nothing counts. */
  runs: ReadonlyMap<number, ProgramRuns>
  kept: Kept | undefined
  sockets: number
}

/** How many of the sockets counted by the name of their algorithm are those of a map. Maps of another struct may have the same name. */
export const socketsOf = ({ struct, name }: Pick<StructOpsEntry, 'struct' | 'name'>, counts: ReadonlyMap<string, number>): number =>
  struct === 'tcp_congestion_ops' && name !== null ? (counts.get(name) ?? 0) : 0

export function viewOf({ members, links, ...entry }: StructOpsEntry, { runs, kept, sockets }: Known): AlgorithmView {
  // One that fills several members is counted once.
  const programs = [...new Set(members.map(({ programId }) => programId))].flatMap((id) => runs.get(id) ?? [])
  const total = sum(programs.map(({ runTimeNs }) => runTimeNs))
  const calls = sum(programs.map((program) => program.runs))
  return {
    ...entry,
    sockets,
    callsPerSecond: sum(programs.map(({ runsPerSecond }) => runsPerSecond)),
    nsPerCall: calls > 0 ? total / calls : null,
    cores: sum(programs.map(({ cores }) => cores)),
    members: members.map((member) => memberOf(member, runs.get(member.programId), total)),
    links: kept?.links ?? links.map((id) => ({ id, pins: [] })),
    pins: kept?.pins ?? [],
    holders: kept?.holders ?? [],
  }
}

const memberOf = ({ member, programId, program, runCount, runTimeNs }: StructOpsMember, runs: ProgramRuns | undefined, total: number): MemberView => ({
  member,
  programId,
  program,
  runs: runs?.runs ?? 0,
  runsTotal: String(runCount),
  nsPerCall: runs?.nsPerRun ?? null,
  nsPerCallTotal: runCount === 0n ? null : Number(runTimeNs) / Number(runCount),
  share: total > 0 ? (runs?.runTimeNs ?? 0) / total : 0,
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
