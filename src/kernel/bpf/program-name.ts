import { CcdkError } from '../../errors/index.ts'
import { type Handle, objectNameSize } from '../../loader/index.ts'
import type { Fields } from './attr.ts'
import { objectInfo } from './info.ts'
import { programInfo } from './info-layouts.ts'
import { typesById } from './program-types.ts'

const { func_info, func_info_rec_size, nr_func_info } = programInfo
const functions = { func_info, func_info_rec_size, nr_func_info } as const

/** Names that were longer, by the program's id, which is never given to another: who watches asks again and again. */
const known = new Map<number, string>()
const mostKnown = 1000

/**
 * A program's whole name. The kernel keeps 15 bytes of it; the rest stands in the BTF that the program was loaded with,
 * as the name of its first function. Where that cannot be had the name stays cut.
 */
export function wholeProgramName(program: Handle, facts: Fields<typeof programInfo>): string {
  const { id, name, btf_id } = facts
  if (Buffer.byteLength(name) < objectNameSize - 1 || btf_id === 0 || facts.nr_func_info === 0) return name
  const found = known.get(id) ?? readName(program, facts)
  if (known.size >= mostKnown) known.clear()
  known.set(id, found)
  return found
}

function readName(program: Handle, facts: Fields<typeof programInfo>): string {
  const { name, btf_id } = facts
  try {
    const record = new Uint8Array(facts.func_info_rec_size)
    objectInfo(program, functions, { func_info: record, nr_func_info: 1, func_info_rec_size: record.length })
    // ABI: struct bpf_func_info, linux/bpf.h: insn_off, type_id.
    const whole = typesById(btf_id)?.name(new DataView(record.buffer).getUint32(4, true)) ?? name
    return whole.startsWith(name) ? whole : name
  } catch (error) {
    // Reading another's BTF takes CAP_SYS_ADMIN, asking about one's own program does not.
    if (!(error instanceof CcdkError)) throw error
    return name
  }
}
