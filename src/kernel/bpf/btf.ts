import { decodeText } from '../../bytes/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { systemError } from '../errno.ts'
import { type Handle, TOKEN_FD } from '../../loader/index.ts'
import { Fd } from '../fd.ts'
import type { Values } from './attr.ts'
import { bpfCall } from './command.ts'
import { btfLoad } from './layouts.ts'
import { notDelegated } from './token.ts'

// ABI: the log tells every type up to the one that is refused, and kernels before 6.4 keep the beginning of what does not
// fit. They take at most UINT_MAX >> 8 bytes.
const firstLog = 64 * 1024
const largestLog = 2 ** 24 - 1
const ENOSPC = 28

/** BPF_BTF_LOAD. The kernel checks every type, and what it refuses it explains in a log. */
export function loadBtf(bytes: Uint8Array, token?: Handle): Fd {
  const byToken = token === undefined ? {} : { btf_flags: TOKEN_FD, btf_token_fd: token.number }
  const values = { btf: bytes, btf_size: bytes.length, ...byToken }
  const quick = bpfCall('BPF_BTF_LOAD', btfLoad, values)
  if (quick.result >= 0) return new Fd(quick.result, 'BTF')
  const { result, log } = withLog(values)
  if (result >= 0) return new Fd(result, 'BTF')
  const cause = systemError(-quick.result, {
    doing: 'loading the types of the object',
    syscall: 'bpf(BPF_BTF_LOAD)',
    capability: 'CAP_BPF',
    hints: notDelegated(token, 'delegate_cmds'),
  })
  const text = decodeText(log.subarray(0, Math.max(0, log.indexOf(0)))).trim()
  if (text === '') throw cause
  throw new ObjectError({
    file: 'object',
    path: '.BTF',
    expected: `types that the kernel accepts; it says: ${text.split('\n').at(-1)}`,
    cause,
  })
}

function withLog(values: Values<typeof btfLoad>): { result: number; log: Uint8Array } {
  for (let size = firstLog; ; size = Math.min(size * 8, largestLog)) {
    const log = new Uint8Array(size)
    const { result } = bpfCall('BPF_BTF_LOAD', btfLoad, { ...values, btf_log_buf: log, btf_log_size: size, btf_log_level: 1 })
    if (result !== -ENOSPC || size === largestLog) return { result, log }
  }
}
