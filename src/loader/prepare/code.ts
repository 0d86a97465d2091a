import { coreKindName, type CoreResolver, patchInstruction, type Resolution } from '../../core-relo/index.ts'
import { type CcdkError, collect, ObjectError } from '../../errors/index.ts'
import { insnSize } from '../code/instructions.ts'
import type { FunctionSpec } from '../object.ts'
import type { Tell } from '../tell.ts'

/** An access that this kernel's types do not allow: the instruction must not be reached. */
export interface PoisonedAccess {
  function: string
  /** Counted from the start of its function. */
  instruction: number
  /** As a person would write it: `struct tcp_sock.snd_cwnd`, or `struct tcp_sock.snd_cwnd of 4 bytes`. */
  access: string
}

export interface RelocatedCode {
  /** A copy of the function's instructions with CO-RE applied. */
  bytes: Uint8Array
  poisoned: readonly PoisonedAccess[]
}

/** Copies a function's instructions and makes its accesses fit the kernel's types. */
export function relocateFunction(
  file: string,
  code: FunctionSpec,
  resolver: CoreResolver,
  problems: CcdkError[],
  tell?: Tell,
): RelocatedCode {
  const bytes = code.bytes.slice()
  const view = new DataView(bytes.buffer)
  const poisoned: PoisonedAccess[] = []
  for (const relocation of code.coreRelocations) {
    const instruction = relocation.offset / insnSize
    collect(problems, () => {
      const resolution = resolver.resolve(relocation)
      const missing = patchInstruction(view, relocation.offset, resolution, (expected) => {
        throw new ObjectError({ file, path: `${code.section}/${code.name}/instruction[${instruction}]`, expected })
      })
      tell?.('debug', `${code.section}/${code.name}/instruction[${instruction}]: ${inWords(resolution)}`)
      if (missing !== null) poisoned.push({ function: code.name, instruction, access: missing })
    })
  }
  return { bytes, poisoned }
}

/** `struct tcp_sock.snd_cwnd, byte offset: 1868 and not 4, by type 4567 of /sys/kernel/btf/vmlinux`. */
function inWords({ kind, what, original, value, source }: Resolution): string {
  const changed = original === null || original === value ? '' : ` and not ${original}`
  const from = source === null ? '' : `, by type ${source.type} of ${source.file}`
  return `${what}, ${coreKindName(kind)}: ${value === null ? 'the kernel has none' : `${value}${changed}`}${from}`
}
