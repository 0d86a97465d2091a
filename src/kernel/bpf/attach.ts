import { readSync } from 'node:fs'
import { ATTACH_TYPE, type Attachment } from '../../loader/index.ts'
import { fileError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { enableEvent, probeEvent, tracepointEvent } from '../perf-event.ts'
import { bpfOpen, type Purpose } from './command.ts'
import { iterCreate, linkCreate, linkCreateIter, linkCreateNetfilter, rawTracepointOpen } from './layouts.ts'

// The hints speak of what is attached most often; an errno may mean more.
const hints: Readonly<Record<Attachment['way'], Readonly<Record<string, string>>>> = {
  raw_tracepoint: { ENOENT: 'the kernel has no tracepoint of this name: see /sys/kernel/tracing/available_events' },
  tracing: { EPERM: 'this kernel does not let programs of this kind attach', EBUSY: 'something else is attached there' },
  iter: { EINVAL: 'the iterator takes other parameters, or none' },
  xdp: {
    EBUSY: 'a program of somebody else runs on this interface: detach it first',
    EEXIST: 'a program is attached to this interface already, in another way',
    EOPNOTSUPP: 'the driver of this interface takes no XDP programs; generic mode (XDP_FLAGS_SKB_MODE, 2) works for all',
    ENODEV: 'there is no such interface',
  },
  tcx: { ENODEV: 'there is no such interface', EINVAL: 'links to an interface need Linux 6.6 or later' },
  netkit: { ENODEV: 'there is no such interface', EACCES: 'netkit takes programs at its primary interface alone' },
  cgroup: { EBADF: 'the file is not a directory of a cgroup v2 file system' },
  netns: { EEXIST: 'a program is attached to this network namespace already', EINVAL: 'the file is not a network namespace' },
  tracepoint: { EEXIST: 'programs of another license or kind are attached there' },
  uprobe: {},
  kprobe: {},
  perf_event: { EINVAL: 'the event takes no programs, or not of this kind' },
  netfilter: { EAFNOSUPPORT: 'families are NFPROTO_IPV4 (2) and NFPROTO_IPV6 (10)', EBUSY: 'the priority is taken' },
}

/** Attaches a program by a link: it runs for as long as the link is open or pinned. */
export function attachProgram(program: Fd, to: Attachment): Fd {
  const what = `link of ${program.what}`
  const purpose: Purpose = {
    doing: `attaching ${program.what} (${to.way})`,
    capability: 'CAP_BPF, and CAP_NET_ADMIN or CAP_PERFMON',
    hints: hints[to.way],
  }
  const prog_fd = program.number
  const create = (values: { target_fd?: number; attach_type: number; flags?: number }): Fd =>
    bpfOpen('BPF_LINK_CREATE', linkCreate, { prog_fd, ...values }, what, purpose)

  switch (to.way) {
    case 'raw_tracepoint':
      return bpfOpen('BPF_RAW_TRACEPOINT_OPEN', rawTracepointOpen, { name: Buffer.from(`${to.name}\0`), prog_fd }, what, purpose)
    case 'tracing':
      // ABI: without a name it attaches to what the program was loaded for; kernels from 5.5 on know this way.
      return bpfOpen('BPF_RAW_TRACEPOINT_OPEN', rawTracepointOpen, { prog_fd }, what, purpose)
    case 'iter': {
      const { parameters } = to
      const values = { prog_fd, attach_type: ATTACH_TYPE.TRACE_ITER }
      const withParameters = parameters === undefined ? {} : { iter_info: parameters, iter_info_len: parameters.length }
      return bpfOpen('BPF_LINK_CREATE', linkCreateIter, { ...values, ...withParameters }, what, purpose)
    }
    case 'xdp':
      return create({ target_fd: to.interface, attach_type: ATTACH_TYPE.XDP, flags: to.flags })
    case 'tcx':
    case 'netkit':
      return create({ target_fd: to.interface, attach_type: to.attachType })
    case 'cgroup':
    case 'netns':
      return create({ target_fd: to.file, attach_type: to.attachType, flags: to.flags })
    case 'tracepoint':
      return onEvent(tracepointEvent(to.category, to.name), create)
    case 'uprobe': {
      const { file: name, offset, onReturn, pid } = to
      return onEvent(probeEvent({ kind: 'uprobe', name, offset, onReturn, ...(pid === undefined ? {} : { pid }) }), create)
    }
    case 'kprobe':
      return onEvent(probeEvent({ kind: 'kprobe', name: to.function, offset: to.offset, onReturn: to.onReturn }), create)
    case 'perf_event':
      return create({ target_fd: to.event.number, attach_type: ATTACH_TYPE.PERF_EVENT })
    case 'netfilter': {
      const hook = { 'netfilter.pf': to.family, 'netfilter.hooknum': to.hook, 'netfilter.priority': to.priority }
      const values = { prog_fd, attach_type: ATTACH_TYPE.NETFILTER, ...hook }
      return bpfOpen('BPF_LINK_CREATE', linkCreateNetfilter, values, what, purpose)
    }
  }
}

/** Hangs a program on an event. The link keeps the event open for itself, so that ours can be closed. */
function onEvent(opened: Fd, create: (values: { target_fd: number; attach_type: number }) => Fd): Fd {
  using event = opened
  const link = create({ target_fd: event.number, attach_type: ATTACH_TYPE.PERF_EVENT })
  try {
    enableEvent(event)
    return link
  } catch (error) {
    link[Symbol.dispose]()
    throw error
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
