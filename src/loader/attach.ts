import { UsageError } from '../errors/index.ts'
import type { LoadedObject, LoadedProgram } from './load/loaded.ts'
import { kprobeOf, uprobeOf } from './probes.ts'
import { withFeature } from './load/too-old.ts'
import type { Attachment, Handle } from './target.ts'

/** Where a program goes that its section does not say: an interface's index, an open cgroup or namespace. */
export interface AttachOptions {
  interface?: number
  /** An open directory of a cgroup v2, or an open network namespace. */
  file?: number
  /** As the kernel takes them for this way of attaching. */
  flags?: number
  /** Of an iterator: a `union bpf_iter_link_info`. */
  parameters?: Uint8Array
  netfilter?: { family: number; hook: number; priority: number }
  /** Of a uprobe: one process. */
  pid?: number
  /** An open perf event. */
  event?: Handle
}

/**
 * Attaches a loaded program to what its section names, as `raw_tp/tcp_probe`, or to what the options say. The link
 * belongs to the caller: the program runs until it is disposed of or, if it was pinned, until its pin is removed.
 */
export function attach(loaded: LoadedObject, program: string, options: AttachOptions = {}): Handle {
  const found = loaded.programs.get(program)
  if (found === undefined) {
    const names = [...loaded.programs.keys()].join(', ') || 'none'
    throw new UsageError(`${loaded.object.file} has no loaded program "${program}"; it has ${names}`)
  }
  const attachment = attachmentOf(found, options)
  const attachIt = () => loaded.target.attach(found.handle, attachment)
  const legacy = 'attach it by a filter of a clsact qdisc: tc filter add dev INTERFACE ingress bpf da …'
  return attachment.way === 'tcx' ? withFeature(loaded.target, 'tcx_link', legacy, attachIt) : attachIt()
}

function attachmentOf({ spec }: LoadedProgram, options: AttachOptions): Attachment {
  const fail = (why: string, hint: string): never => {
    throw new UsageError(`program "${spec.name}" of section "${spec.code.section}": ${why}`, { hint })
  }
  const { kind } = spec
  if (kind === null) return fail('its section does not say how to attach it', 'use Target.attach with an attachment of your own')
  const { attachType, target } = kind
  const { flags = 0 } = options
  switch (kind.attach) {
    case 'raw_tracepoint':
      return target === '' ? fail('no tracepoint is named', 'write SEC("raw_tp/NAME")') : { way: 'raw_tracepoint', name: target }
    case 'tracing':
      return { way: 'tracing' }
    case 'iter':
      return { way: 'iter', ...(options.parameters === undefined ? {} : { parameters: options.parameters }) }
    case 'xdp':
      return { way: 'xdp', interface: options.interface ?? fail('no interface is given', 'pass its index as interface'), flags }
    case 'tcx':
    case 'netkit':
      return { way: kind.attach, interface: options.interface ?? fail('no interface is given', 'pass its index as interface'), attachType }
    case 'cgroup':
    case 'netns':
      return { way: kind.attach, file: options.file ?? fail('no file is given', 'pass an open descriptor as file'), attachType, flags }
    case 'netfilter':
      return { way: 'netfilter', ...(options.netfilter ?? fail('no hook is given', 'pass family, hook and priority as netfilter')) }
    case 'tracepoint': {
      const [category = '', name = ''] = target.split('/')
      return name === '' ? fail('no tracepoint is named', 'write SEC("tp/CATEGORY/NAME")') : { way: 'tracepoint', category, name }
    }
    case 'uprobe':
      return { ...uprobeOf(kind.name, target, fail), ...(options.pid === undefined ? {} : { pid: options.pid }) }
    case 'kprobe':
      return kprobeOf(kind.name, target, fail)
    case 'perf_event':
      return { way: 'perf_event', event: options.event ?? fail('no event is given', 'pass an open perf event as event') }
    case 'struct_ops':
      return fail('it runs when its struct is registered', 'use register of ccdk/structops')
    default:
      return fail(`programs of this kind (${kind.attach}) cannot be attached yet`, 'use Target.attach where that has a way')
  }
}
