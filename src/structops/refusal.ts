import { zeroTerminated } from '../bytes/index.ts'
import { SyscallError } from '../errors/index.ts'
import type { LoadedStructOps } from '../loader/index.ts'
import { fieldsOf } from './fields.ts'

/** The same error with what it means for this struct, and what to do about it. */
export function explainRefusal(ops: LoadedStructOps, value: Uint8Array, error: SyscallError): SyscallError {
  const hint = ops.kernel.name === 'tcp_congestion_ops' ? tcpHint(ops, value, error.errno) : generalHint(error.errno)
  const { syscall, errno } = error
  return new SyscallError({
    doing: `registering "${ops.spec.name}"`,
    syscall,
    errno,
    hint: hint ?? error.hint,
    cause: error,
  })
}

function generalHint(errno: string): string | undefined {
  if (errno === 'EOPNOTSUPP') return 'the kernel knows this struct but does not let it be registered, only test-run'
  if (errno === 'EBUSY') {
    return 'the map has been registered before: a struct_ops map is registered once, load the object again'
  }
  return undefined
}

/** TCP_CONG_NON_RESTRICTED and TCP_CONG_NEEDS_ECN, include/net/tcp.h. Linux 6.18 takes three more. */
const knownFlags = 3

/** What net/ipv4/tcp_cong.c and bpf_tcp_ca.c demand of an algorithm. */
function tcpHint(ops: LoadedStructOps, value: Uint8Array, errno: string): string | undefined {
  const fields = fieldsOf(ops.kernel.btf, ops.kernel.type)
  const bytesOf = (name: string) => {
    const field = fields.find((candidate) => candidate.name === name)
    const start = ops.kernel.dataOffset + (field?.offset ?? 0)
    return value.subarray(start, start + (field?.size ?? 0))
  }
  const isSet = (name: string) => bytesOf(name).some((byte) => byte !== 0)
  const name = zeroTerminated(bytesOf('name'), 0)

  if (errno === 'EEXIST') {
    return `an algorithm of the name "${name}" is registered already: unregister it, or choose another name`
  }
  if (errno !== 'EINVAL') return generalHint(errno)
  if (name === undefined) return 'the name fills its 16 bytes: it may have 15'
  if (name === '') return 'the algorithm has no name: set .name'
  if (!/^[\w.]+$/.test(name)) return `the name "${name}" has something else in it than letters, digits, "_" and "."`
  const missing = ['ssthresh', 'undo_cwnd'].filter((member) => !isSet(member))
  if (!isSet('cong_avoid') && !isSet('cong_control')) missing.push('cong_avoid or cong_control')
  if (missing.length > 0) return `the kernel demands a program for ${missing.join(' and ')}`
  const flags = bytesOf('flags').reduce((number, byte, index) => number + byte * 2 ** (8 * index), 0)
  if (flags <= knownFlags) return undefined
  return `flags ${flags} has bits that this kernel may not know: each kernel knows NON_RESTRICTED (1) and NEEDS_ECN (2)`
}
