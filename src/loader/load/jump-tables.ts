import type { AssembledProgram } from '../prepare/assemble.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import { PSEUDO } from '../code/instructions.ts'
import { MAP_TYPE } from '../uapi.ts'
import { byToken, type LoadContext } from './context.ts'
import { lackingMapType } from './map-support.ts'

// ABI: struct bpf_insn_array_value, linux/bpf.h: orig_off, xlated_off, jitted_off, and four bytes more.
const valueSize = 16

/**
 * Makes a map of instructions of each jump table of a program and writes it into the loads that mean it. The kernel keeps
 * the places in it true while it rewrites the program. `owned` gets the maps, which the program holds once it is loaded.
 */
export function loadJumpTables(
  target: Target,
  { jumpTables }: AssembledProgram,
  instructions: Uint8Array,
  { owned, ...context }: { owned: DisposableStack } & LoadContext,
): void {
  const made = new Map<number, Handle>()
  const view = new DataView(instructions.buffer, instructions.byteOffset)
  for (const { at, table, targets } of jumpTables) {
    const map = made.get(table) ?? owned.use(createTable(target, targets, context))
    made.set(table, map)
    const place = at * 8
    view.setUint8(place + 1, (view.getUint8(place + 1) & 0xf) | (PSEUDO.MAP_VALUE << 4))
    view.setInt16(place + 2, 0, true)
    view.setInt32(place + 4, map.number, true)
  }
}

function createTable(target: Target, targets: readonly number[], context: LoadContext): Handle {
  using undo = new DisposableStack()
  const map = undo.use(create(target, targets.length, context))
  for (const [index, instruction] of targets.entries()) {
    const value = new Uint8Array(valueSize)
    new DataView(value.buffer).setUint32(0, instruction, true)
    target.update(map, new Uint8Array(Uint32Array.of(index).buffer), value)
  }
  // The kernel takes programs with frozen tables alone.
  target.freeze(map)
  undo.move()
  return map
}

function create(target: Target, maxEntries: number, context: LoadContext): Handle {
  const type = MAP_TYPE.INSN_ARRAY
  try {
    return target.createMap({ name: '.jumptables', type, keySize: 4, valueSize, maxEntries, flags: 0, ...byToken(context) })
  } catch (error) {
    throw lackingMapType(target, type, error, 'compile with -fno-jump-tables') ?? error
  }
}
