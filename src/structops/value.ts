import type { LoadedObject, LoadedStructOps } from '../loader/index.ts'

/**
 * Builds the value that registers a struct: `bpf_struct_ops_XYZ` with the object's data at the kernel's offsets and, in
 * function members, the programs' descriptors. The kernel's own part of it stays zero.
 */
export function buildValue(ops: LoadedStructOps, loaded: LoadedObject): Uint8Array {
  const { kernel, report, spec } = ops
  const value = new Uint8Array(kernel.valueSize)
  const view = new DataView(value.buffer)
  for (const member of report.members) {
    if (member.status !== 'matched') continue
    const at = kernel.dataOffset + member.kernelOffset
    if (member.program !== null) {
      const program = loaded.programs.get(member.program)
      if (program === undefined)
        throw new Error(`program "${member.program}" of ${spec.name}.${member.name} is not loaded`)
      // ABI: a function member takes the descriptor as an unsigned long.
      view.setBigUint64(at, BigInt(program.handle.number), true)
    } else if (member.kind !== 'ptr') {
      // A pointer of this process would mean nothing to the kernel, so pointers stay zero.
      value.set(spec.bytes.subarray(member.localOffset, member.localOffset + member.size), at)
    }
  }
  return value
}
