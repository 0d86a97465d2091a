import type { BtfExtSection } from '../../btf/index.ts'
import { insnSize } from '../code/instructions.ts'
import type { BpfObject, FunctionSpec } from '../object.ts'
import { FunctionPlaces } from '../open/function-places.ts'
import type { AssembledProgram, Placed } from './assemble.ts'

/** Which function and source line each instruction of an assembled program belongs to, as the kernel takes it. */
export interface DebugInfo {
  funcInfo: Uint32Array
  funcInfoRecordSize: number
  lineInfo: Uint32Array
  lineInfoRecordSize: number
}

/** The place in the source that an instruction was compiled from. */
export interface SourceLine {
  readonly file: string
  readonly line: number
  /** As it stands there, without the spaces around it; empty when the compiler left it out. */
  readonly text: string
}

/** The records of an object by the function that they belong to, counted from its start. */
export class DebugRecords {
  readonly #object: BpfObject
  readonly #functions: ReadonlyMap<FunctionSpec, readonly Uint32Array[]>
  readonly #lines: ReadonlyMap<FunctionSpec, readonly Uint32Array[]>

  constructor(object: BpfObject) {
    this.#object = object
    const places = new FunctionPlaces(object.functions)
    const sections = new Map(object.functions.map((code) => [code.section, code.sectionIndex] as const).toReversed())
    const sectionOf = (list: BtfExtSection) => sections.get(object.btf.string(list.nameOffset, 0))
    this.#functions = byFunction(object.ext.funcInfo, sectionOf, places)
    this.#lines = byFunction(object.ext.lineInfo, sectionOf, places)
  }

  /** Those of an assembled program. The kernel wants a function record for every function or none at all. */
  of({ placed }: AssembledProgram): DebugInfo | null {
    const functions = rebase(placed, this.#functions)
    if (functions.length !== placed.length) return null
    const { funcInfo, lineInfo } = this.#object.ext
    return {
      funcInfo: flatten(functions),
      funcInfoRecordSize: funcInfo[0]?.recordSize ?? 8,
      lineInfo: flatten(rebase(placed, this.#lines)),
      lineInfoRecordSize: lineInfo[0]?.recordSize ?? 16,
    }
  }

  /** Where an instruction of a function comes from; null when the object does not say. */
  sourceOf(code: FunctionSpec, instruction: number): SourceLine | null {
    // ABI: struct bpf_line_info: insn_off, file_name_off, line_off, line_col: the line is line_col >> 10.
    const [, file, text, place] = recordAt(this.#lines.get(code) ?? [], instruction) ?? []
    if (file === undefined || text === undefined || place === undefined) return null
    const { btf } = this.#object
    return { file: btf.string(file, 0), line: place >>> 10, text: btf.string(text, 0).trim() }
  }
}

/** The last record at or before an instruction. They are in the order of the instructions. */
function recordAt(records: readonly Uint32Array[], instruction: number): Uint32Array | undefined {
  return records.findLast(([start = 0]) => start <= instruction)
}

// ABI: struct bpf_func_info and bpf_line_info, linux/bpf.h: both begin with insn_off; in the object it counts bytes of
// the section, for the kernel instructions of the program.
function byFunction(
  lists: readonly BtfExtSection[],
  sectionOf: (list: BtfExtSection) => number | undefined,
  places: FunctionPlaces,
): Map<FunctionSpec, Uint32Array[]> {
  const found = new Map<FunctionSpec, Uint32Array[]>()
  for (const list of lists) {
    const section = sectionOf(list)
    if (section === undefined) continue
    const width = list.recordSize / 4
    for (let index = 0; index < list.count; index += 1) {
      const record = list.words.slice(index * width, (index + 1) * width)
      const code = places.holding(section, record[0] ?? 0)
      if (code === undefined) continue
      record[0] = ((record[0] ?? 0) - code.offset) / insnSize
      const known = found.get(code)
      if (known === undefined) found.set(code, [record])
      else known.push(record)
    }
  }
  return found
}

/** The records of a program's functions, each with its instruction counted from the start of the program. */
function rebase(placed: readonly Placed[], records: ReadonlyMap<FunctionSpec, readonly Uint32Array[]>): Uint32Array[] {
  return placed.flatMap(({ code, start }) =>
    (records.get(code) ?? []).map((record) => {
      const moved = record.slice()
      moved[0] = start + (record[0] ?? 0)
      return moved
    }),
  )
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
