import type { PreparedObject } from '../../src/loader/index.ts'
import { matchTable } from '../output/match-table.ts'
import type { Output } from '../output/output.ts'
import type { KernelCheck } from './kernel-check.ts'
import { needsOf, placeOf, whatHappens } from './words.ts'

/** All that is to be said about one kernel: each member with its places, then what is missing. */
export function printOne({ object, structOps }: PreparedObject, check: KernelCheck, output: Output): void {
  for (const struct of structOps) output.print(`\n${matchTable(struct, output)}`)
  output.print()
  const left = object.structOps.filter(({ autocreate }) => !autocreate)
  for (const { name, section } of left) output.print(`${name} (${section}) is registered only when it is asked for`)
  const problem = output.style('red', 'problem:')
  for (const use of check.missing) {
    output.print(`${use.reached ? `${problem} ` : ''}the kernel has no ${use.what}, which ${placeOf(use)} uses: ${whatHappens(use)}${needsOf(use)}`)
  }
  for (const note of check.notes) output.print(note)
  for (const { message, hint } of check.problems) {
    output.print(`${problem} ${message}`)
    if (hint !== null) output.print(`         ${hint}`)
  }
  const verdict = check.fits ? output.style('green', 'fits') : output.style('red', 'does not fit')
  output.print(`${object.file} ${verdict} ${check.kernel}`)
}
