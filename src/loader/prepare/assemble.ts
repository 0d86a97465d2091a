import { Instructions, insnSize, PSEUDO } from '../code/instructions.ts'
import type { FunctionSpec, Reference } from '../object.ts'
import type { PoisonedAccess, RelocatedCode } from './code.ts'

/** An instruction that waits for a map's handle. With an offset it points into the map's value. */
export interface MapFixup {
  at: number
  map: string
  offset: number | null
}

/** A function's place in an assembled program. */
export interface Placed {
  code: FunctionSpec
  /** Of its first instruction. */
  start: number
  poisoned: readonly PoisonedAccess[]
}

export interface AssembledProgram {
  instructions: Instructions
  placed: readonly Placed[]
  fixups: readonly MapFixup[]
  /** References to externs, with the instruction counted in the assembled program. */
  externs: readonly { at: number; name: string }[]
  /** Loads of jump tables, with the instructions that each leads to; `table` is the same for the same one. */
  jumpTables: readonly { at: number; table: number; targets: readonly number[] }[]
  poisoned: readonly PoisonedAccess[]
}

/**
 * Puts a program together: the function itself, then every function that it reaches, each once, in the order in which
 * a walk through the calls meets them. Calls are pointed at the new places.
 */
export function assemble(entry: FunctionSpec, codeOf: (code: FunctionSpec) => RelocatedCode): AssembledProgram {
  const starts = new Map<FunctionSpec, number>()
  let end = 0
  // A list to do instead of recursion: the depth of the calls is the object's to choose.
  const append = (code: FunctionSpec) => {
    starts.set(code, end)
    end += code.bytes.length / insnSize
    return callees(code)
  }
  const walk = [append(entry)]
  for (let calls = walk.at(-1); calls !== undefined; calls = walk.at(-1)) {
    const callee = calls.shift()
    if (callee === undefined) walk.pop()
    else if (!starts.has(callee)) walk.push(append(callee))
  }

  const instructions = new Instructions(new Uint8Array(end * insnSize))
  const placed = [...starts].map(([code, start]) => ({ code, start, poisoned: codeOf(code).poisoned }))
  const fixups: MapFixup[] = []
  const externs: { at: number; name: string }[] = []
  const jumpTables: { at: number; table: number; targets: readonly number[] }[] = []
  for (const { code, start } of placed) {
    instructions.bytes.set(codeOf(code).bytes, start * insnSize)
    for (const reference of code.references) {
      const at = start + reference.at
      switch (reference.kind) {
        case 'map':
          fixups.push({ at, map: reference.map, offset: null })
          break
        case 'data':
          fixups.push({ at, map: reference.map, offset: reference.offset })
          break
        case 'call':
        case 'callback':
          pointAt(instructions, at, starts.get(reference.callee) ?? 0, reference.kind)
          break
        case 'jump_table':
          jumpTables.push({ at, table: reference.table, targets: reference.targets.map((instruction) => start + instruction) })
          break
        case 'extern':
          externs.push({ at, name: reference.name })
          break
      }
    }
  }
  return { instructions, placed, fixups, externs, jumpTables, poisoned: placed.flatMap(({ poisoned }) => poisoned) }
}

const isCall = (reference: Reference) => reference.kind === 'call' || reference.kind === 'callback'
const callees = (code: FunctionSpec): FunctionSpec[] => code.references.filter(isCall).map(({ callee }) => callee)

// ABI: a call's imm counts from the instruction after it; for a pointer to a function it does as well, and the load
// says so by its source register.
function pointAt(instructions: Instructions, at: number, target: number, kind: 'call' | 'callback'): void {
  instructions.setImm(at, target - at - 1)
  if (kind === 'call') {
    instructions.setSrc(at, PSEUDO.CALL)
  } else {
    instructions.setSrc(at, PSEUDO.FUNC)
    instructions.setImm(at + 1, 0)
  }
}
