import { type BpfHolder, bpfHolders } from '../../src/kernel/index.ts'
import type { StructOpsEntry } from '../../src/structops/index.ts'

/** The processes that hold something's map, links or programs by a descriptor. */
export const holdersOf = ({ mapId, links, members }: StructOpsEntry): BpfHolder[] =>
  bpfHolders({
    maps: new Set([mapId]),
    links: new Set(links),
    programs: new Set(members.map(({ programId }) => programId)),
  })

/** `link 7 of process 812 (ccdk)`: in words, what a process holds. */
export function holderText({ pid, command, maps, programs, links }: BpfHolder): string {
  const held = [listed('link', links), listed('map', maps), listed('program', programs)].filter((text) => text !== '')
  return `process ${pid} (${command}): ${held.join('; ')}`
}

const listed = (noun: string, ids: readonly number[]): string =>
  ids.length === 0 ? '' : `${noun}${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`
