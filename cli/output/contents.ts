import type { BpfObject } from '../../src/loader/index.ts'
import { count } from './units.ts'

/** What an object holds, in a few words: `1 struct_ops map, 2 other maps, 7 programs`. */
export function contentsOf({ structOps, maps, programs }: BpfObject): string {
  const contents = [count(structOps.length, 'struct_ops map'), count(maps.length, 'other map')]
  return [...contents, count(programs.length, 'program')].join(', ')
}
