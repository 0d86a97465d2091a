import { type BpfObject, type PreparedObject, prepare, type PrepareOptions, type Target } from '../../src/loader/index.ts'
import { matchTable } from '../output/match-table.ts'
import type { Output } from '../output/output.ts'

/** Binds an object to a target, and shows of each struct that does not fit which member it is. */
export function prepareOrShow(object: BpfObject, target: Target, output: Output, options: PrepareOptions): PreparedObject {
  const prepared = prepare(object, target, options)
  for (const struct of prepared.structOps) {
    if (!struct.report.compatible) output.note(`${matchTable(struct, output, process.stderr)}\n`)
  }
  return prepared
}
