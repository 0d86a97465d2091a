import { decodeText } from '../../bytes/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { systemError } from '../errno.ts'
import { type Handle, TOKEN_FD } from '../../loader/index.ts'
import { Fd } from '../fd.ts'
import { bpfCall } from './command.ts'
import { btfLoad } from './layouts.ts'
import { notDelegated } from './token.ts'

const logSize = 64 * 1024

/** BPF_BTF_LOAD. The kernel checks every type, and what it refuses it explains in a log. */
export function loadBtf(bytes: Uint8Array, token?: Handle): Fd {
  const byToken = token === undefined ? {} : { btf_flags: TOKEN_FD, btf_token_fd: token.number }
  const values = { btf: bytes, btf_size: bytes.length, ...byToken }
  const quick = bpfCall('BPF_BTF_LOAD', btfLoad, values)
  if (quick.result >= 0) return new Fd(quick.result, 'BTF')
  const log = new Uint8Array(logSize)
  const { result } = bpfCall('BPF_BTF_LOAD', btfLoad, {
    ...values,
    btf_log_buf: log,
    btf_log_size: logSize,
    btf_log_level: 1,
  })
  if (result >= 0) return new Fd(result, 'BTF')
  const cause = systemError(-result, {
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
