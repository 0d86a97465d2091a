import { CODE, Instructions, PSEUDO } from '../../../src/loader/code/instructions.ts'

// ABI: BPF_PSEUDO_MAP_IDX and BPF_PSEUDO_MAP_IDX_VALUE are never shown again: the kernel shows maps by their ids.
const mapLoads: ReadonlySet<number> = new Set([PSEUDO.MAP_FD, PSEUDO.MAP_VALUE])

/** Where the kernel keeps what it allocates, on x86-64: below its own text and data. */
const heap = { start: 0xffff_8000_0000_0000n, end: 0xffff_ffff_8000_0000n }

/**
 * Instructions as the kernel shows them after the verifier, one text each, in which two loads of one program agree: maps
 * are called by their names, and addresses of what was allocated for this load by the order in which they appear.
 */
export function wordsOf(bytes: Uint8Array, mapName: (id: number) => string): string[] {
  const instructions = new Instructions(bytes)
  const places = new Map<bigint, number>()
  const out: string[] = []
  for (let at = 0; at < instructions.count; at += 1) {
    const word = instructions.view.getBigUint64(at * 8, true)
    if (instructions.code(at) !== CODE.LD_IMM64) {
      out.push(word.toString(16).padStart(16, '0'))
      continue
    }
    const registers = instructions.view.getUint8(at * 8 + 1)
    const low = BigInt(instructions.imm(at) >>> 0)
    const high = BigInt(instructions.imm(at + 1) >>> 0)
    const value = low | (high << 32n)
    if (mapLoads.has(instructions.src(at))) {
      out.push(`load ${registers} map ${mapName(instructions.imm(at))} + ${high}`)
    } else if (value >= heap.start && value < heap.end) {
      places.set(value, places.get(value) ?? places.size)
      out.push(`load ${registers} allocated ${places.get(value)}`)
    } else {
      out.push(`load ${registers} ${value.toString(16)}`)
    }
    at += 1
  }
  return out
}
