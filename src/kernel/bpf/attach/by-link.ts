import { ATTACH_TYPE, type Attachment } from '../../../loader/index.ts'
import type { Fd } from '../../fd.ts'
import { countingEvent, tracepointEvent } from '../../perf/events.ts'
import type { Layout, Values } from '../attr.ts'
import { bpfOpen, type Purpose } from '../command.ts'
import * as layouts from '../layouts.ts'
import { linkToEvent } from './event-link.ts'
import { hints } from './hints.ts'
import { iteratorParameters } from './iterator.ts'
import { orderFields } from './order.ts'
import { attachProbe } from './probe.ts'

/** Attaches a program by a link: it runs for as long as the link is open or pinned. */
export function attachProgram(program: Fd, to: Attachment): Fd {
  const what = `link of ${program.what}`
  const purpose: Purpose = {
    doing: `attaching ${program.what} (${to.way})`,
    capability: 'CAP_BPF, and CAP_NET_ADMIN or CAP_PERFMON',
    hints: hints[to.way],
  }
  const prog_fd = program.number
  const link = <L extends Layout>(layout: L, values: Values<L>): Fd => bpfOpen('BPF_LINK_CREATE', layout, { prog_fd, ...values }, what, purpose)
  const rawTracepoint = (values: Values<typeof layouts.rawTracepointOpen>): Fd =>
    bpfOpen('BPF_RAW_TRACEPOINT_OPEN', layouts.rawTracepointOpen, { prog_fd, ...values }, what, purpose)
  const onEvent = (event: Fd, cookie: bigint = 0n): Fd => linkToEvent(program, event, cookie, what, purpose)
  const eventLink = (event: { number: number }, cookie: bigint): Fd =>
    link(layouts.linkCreatePerfEvent, { target_fd: event.number, attach_type: ATTACH_TYPE.PERF_EVENT, 'perf_event.bpf_cookie': cookie })

  switch (to.way) {
    case 'raw_tracepoint':
      return rawTracepoint({ name: Buffer.from(`${to.name}\0`), cookie: to.cookie ?? 0n })
    case 'tracing':
      // ABI: without a name it attaches to what the program was loaded for, freplace too. Kernels from 5.5 on know this way,
      // and those from 5.18 on the other, which takes a cookie.
      return to.cookie === undefined
        ? rawTracepoint({})
        : link(layouts.linkCreateTracing, { attach_type: to.attachType, 'tracing.cookie': to.cookie })
    case 'freplace': {
      if (to.in === undefined && to.cookie === undefined) return rawTracepoint({})
      const place = to.in === undefined ? {} : { target_fd: to.in.program.number, 'tracing.target_btf_id': to.in.type }
      return link(layouts.linkCreateTracing, { ...place, 'tracing.cookie': to.cookie ?? 0n })
    }
    case 'iter': {
      const { parameters } = to
      const bytes = parameters === undefined || parameters instanceof Uint8Array ? parameters : iteratorParameters(parameters)
      const over = bytes === undefined ? {} : { iter_info: bytes, iter_info_len: bytes.length }
      return link(layouts.linkCreateIter, { attach_type: ATTACH_TYPE.TRACE_ITER, ...over })
    }
    case 'xdp':
      return link(layouts.linkCreate, { target_fd: to.interface, attach_type: ATTACH_TYPE.XDP, flags: to.flags })
    case 'tcx':
    case 'netkit':
    case 'cgroup': {
      const { flags, relative, revision } = orderFields(to.order)
      const place = to.way === 'cgroup' ? { target_fd: to.file, flags: flags | to.flags } : { target_fd: to.interface, flags }
      const among = { 'tcx.relative_fd': relative, 'tcx.expected_revision': revision }
      return link(layouts.linkCreateTcx, { ...place, attach_type: to.attachType, ...among })
    }
    case 'netns':
      return link(layouts.linkCreate, { target_fd: to.file, attach_type: to.attachType, flags: to.flags })
    case 'sockmap':
      return link(layouts.linkCreate, { target_fd: to.map.number, attach_type: to.attachType })
    case 'tracepoint':
      return onEvent(tracepointEvent(to.category, to.name), to.cookie)
    case 'uprobe':
    case 'kprobe':
    case 'uprobe_multi':
    case 'kprobe_multi':
      return attachProbe(program, to, what, purpose)
    case 'perf_event':
      return 'every' in to.event ? onEvent(countingEvent(to.event), to.cookie) : eventLink(to.event, to.cookie ?? 0n)
    case 'netfilter':
      return link(layouts.linkCreateNetfilter, {
        attach_type: ATTACH_TYPE.NETFILTER,
        'netfilter.pf': to.family,
        'netfilter.hooknum': to.hook,
        'netfilter.priority': to.priority,
        'netfilter.flags': to.defragment === true ? IP_DEFRAG : 0,
      })
  }
}

// ABI: BPF_F_NETFILTER_IP_DEFRAG, linux/bpf.h.
const IP_DEFRAG = 1
