import { readSync } from 'node:fs'
import type { IteratorParameters } from '../../../loader/index.ts'
import { fileError } from '../../errno.ts'
import type { Fd } from '../../fd.ts'
import { bpfOpen } from '../command.ts'
import { iterCreate } from '../layouts.ts'
import { cgroupOrders } from '../link-info.ts'

// ABI: union bpf_iter_link_info, linux/bpf.h: u32 map_fd; u32 order, u32 cgroup_fd, u64 cgroup_id; u32 tid, pid, pid_fd.
const size = 16

/** The parameters of an iterator as the kernel takes them. */
export function iteratorParameters(parameters: IteratorParameters): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  switch (parameters.of) {
    case 'map':
      view.setUint32(0, parameters.map.number, true)
      return bytes
    case 'cgroup':
      view.setUint32(0, cgroupOrders.indexOf(parameters.order), true)
      view.setUint32(4, parameters.file ?? 0, true)
      view.setBigUint64(8, parameters.id ?? 0n, true)
      return bytes
    case 'task':
      view.setUint32(0, 'tid' in parameters ? parameters.tid : 0, true)
      view.setUint32(4, 'pid' in parameters ? parameters.pid : 0, true)
      view.setUint32(8, 'pidfd' in parameters ? parameters.pidfd : 0, true)
      return bytes
  }
}

const readSize = 64 * 1024

/** BPF_ITER_CREATE: opens an iterator, has it run, and reads all that its program writes. */
export function runIterator(link: Fd): Uint8Array {
  const doing = `running the iterator of ${link.what}`
  using iterator = bpfOpen('BPF_ITER_CREATE', iterCreate, { link_fd: link.number }, `iterator of ${link.what}`, { doing })
  const parts: Uint8Array[] = []
  for (;;) {
    const part = new Uint8Array(readSize)
    const count = readFrom(iterator, part, doing)
    if (count === 0) return Buffer.concat(parts)
    parts.push(part.subarray(0, count))
  }
}

function readFrom(iterator: Fd, into: Uint8Array, doing: string): number {
  try {
    return readSync(iterator.number, into)
  } catch (error) {
    throw fileError(error, { doing, syscall: 'read' })
  }
}
