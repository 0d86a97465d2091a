import type { Btf, BtfExtSection } from '../../btf/index.ts'
import { insnSize } from '../instructions.ts'
import type { AssembledProgram } from './assemble.ts'

/** Which function and source line each instruction of an assembled program belongs to, as the kernel takes it. */
export interface DebugInfo {
  funcInfo: Uint32Array
  funcInfoRecordSize: number
  lineInfo: Uint32Array
  lineInfoRecordSize: number
}

// ABI: struct bpf_func_info and bpf_line_info, linux/bpf.h: both begin with insn_off; in the object it counts bytes of
// the section, for the kernel instructions of the program.
export function debugInfoOf(
  program: AssembledProgram,
  btf: Btf,
  lists: { funcInfo: readonly BtfExtSection[]; lineInfo: readonly BtfExtSection[] },
): DebugInfo | null {
  const functions = rebase(program, btf, lists.funcInfo)
  // The kernel wants a record for every function or none at all.
  if (functions.length !== program.placed.length) return null
  return {
    funcInfo: flatten(functions),
    funcInfoRecordSize: lists.funcInfo[0]?.recordSize ?? 8,
    lineInfo: flatten(rebase(program, btf, lists.lineInfo)),
    lineInfoRecordSize: lists.lineInfo[0]?.recordSize ?? 16,
  }
}

/** The records of the program's functions, each with its instruction counted from the start of the program. */
function rebase({ placed }: AssembledProgram, btf: Btf, lists: readonly BtfExtSection[]): Uint32Array[] {
  const bySection = new Map(lists.map((list) => [btf.string(list.nameOffset, 0), list]))
  return placed.flatMap(({ code, start }) => {
    const list = bySection.get(code.section)
    if (list === undefined) return []
    const width = list.recordSize / 4
    const records: Uint32Array[] = []
    for (let index = 0; index < list.count; index += 1) {
      const offset = list.words[index * width] ?? 0
      if (offset < code.offset || offset >= code.offset + code.bytes.length) continue
      const record = list.words.slice(index * width, (index + 1) * width)
      record[0] = start + (offset - code.offset) / insnSize
      records.push(record)
    }
    return records
  })
}

function flatten(records: readonly Uint32Array[]): Uint32Array {
  const out = new Uint32Array(records.reduce((words, record) => words + record.length, 0))
  let at = 0
  for (const record of records) {
    out.set(record, at)
    at += record.length
  }
  return out
}
