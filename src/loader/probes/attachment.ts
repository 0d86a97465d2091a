import type { KernelFacts } from '../target/kernel-facts.ts'
import { kprobeOf, syscallProbeOf } from './kprobe.ts'
import { multiKprobeOf, multiUprobeOf } from './multi.ts'
import type { ProbeRequest } from './options.ts'
import type { ProbeAttachment } from './probe-attachment.ts'
import { uprobeOf } from './uprobe.ts'

/** Where a probe goes by its section and the options. */
export function probeAttachment(way: 'kprobe' | 'ksyscall' | 'uprobe' | 'kprobe_multi' | 'uprobe_multi', request: ProbeRequest, facts: KernelFacts): ProbeAttachment {
  switch (way) {
    case 'kprobe':
      return kprobeOf(request)
    case 'ksyscall':
      return syscallProbeOf(request, facts)
    case 'uprobe':
      return uprobeOf(request)
    case 'kprobe_multi':
      return multiKprobeOf(request)
    case 'uprobe_multi':
      return multiUprobeOf(request)
  }
}
