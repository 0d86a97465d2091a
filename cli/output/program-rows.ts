import type { StructOpsMember } from '../../src/structops/index.ts'
import type { Output } from './output.ts'
import { table } from './table.ts'
import { grouped } from './units.ts'

/** The programs of an algorithm, with what they cost where the kernel has counted it. */
export function programRows(members: readonly StructOpsMember[], output: Output): string {
  const header = ['  MEMBER', 'PROGRAM', 'ID', 'RUNS', 'NS/RUN'].map((cell) => output.style('dim', cell))
  const rows = members.map(({ member, program, programId, runCount, runTimeNs }) => {
    const average = runCount === 0n ? '-' : `${runTimeNs / runCount}`
    return [`  ${member}`, program, `${programId}`, grouped(runCount), average]
  })
  return table([header, ...rows], [2, 3, 4])
}
