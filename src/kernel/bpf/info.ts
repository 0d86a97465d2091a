import type { Handle } from '../../loader/index.ts'
import { check } from '../errno.ts'
import { type Fields, type Layout, layoutSize, readFields, type Values, writeFields } from './attr.ts'
import { bpfCall } from './command.ts'
import { info } from './layouts.ts'

/**
 * BPF_OBJ_GET_INFO_BY_FD: the fields of a layout, zero where the kernel's struct does not reach so far. `request` asks
 * for lists: where the kernel is to write them, and how long they may be.
 */
export function objectInfo<L extends Layout>(handle: Handle, layout: L, request: Values<L> = {}): Fields<L> {
  const bytes = new Uint8Array(layoutSize(layout))
  writeFields(bytes, layout, request)
  const { result } = bpfCall('BPF_OBJ_GET_INFO_BY_FD', info, {
    bpf_fd: handle.number,
    info_len: bytes.length,
    info: bytes,
  })
  check(result, { doing: 'asking about a BPF object', syscall: 'bpf(BPF_OBJ_GET_INFO_BY_FD)', capability: 'CAP_BPF' })
  return readFields(layout, bytes)
}
