import type { LoadedObject, LoadedProgram } from '../load/loaded.ts'
import { probeAttachment } from '../probes/attachment.ts'
import { probeRequest } from '../probes/request.ts'
import type { Attachment } from './attachment.ts'
import { attachTypeOf, given, refusal } from './given.ts'
import type { AttachOptions } from './options.ts'
import { functionType } from './program-function.ts'

/** What a program's link is to be made of, from its section and what the options add. */
export function attachmentOf({ target: facts }: LoadedObject, program: LoadedProgram, options: AttachOptions): Attachment {
  const fail = refusal(program)
  const { kind } = program.spec
  if (kind === null) return fail('its section does not say how to attach it', 'use Target.attach with an attachment of your own')
  const { target } = kind
  const { flags = 0 } = options
  const need = given(options, fail)
  const cookie = options.cookie === undefined ? {} : { cookie: options.cookie }
  const order = options.order === undefined ? {} : { order: options.order }
  switch (kind.attach) {
    case 'raw_tracepoint':
      return target === '' ? fail('no tracepoint is named', 'write SEC("raw_tp/NAME")') : { way: 'raw_tracepoint', name: target, ...cookie }
    case 'tracing':
      return { way: 'tracing', attachType: kind.attachType, ...cookie }
    case 'freplace': {
      const { replaces } = options
      const place = replaces === undefined ? {} : { in: { program: replaces.program, type: functionType(facts.objects, replaces, target) } }
      return { way: 'freplace', ...place, ...cookie }
    }
    case 'iter':
      return { way: 'iter', ...(options.parameters === undefined ? {} : { parameters: options.parameters }) }
    case 'xdp':
      return { way: 'xdp', interface: need.interface(), flags }
    case 'tcx':
    case 'netkit':
      return { way: kind.attach, interface: need.interface(), attachType: attachTypeOf(kind, options, fail), ...order }
    case 'cgroup':
      return { way: 'cgroup', file: need.file(), attachType: attachTypeOf(kind, options, fail), flags, ...order }
    case 'netns':
      return { way: 'netns', file: need.file(), attachType: kind.attachType, flags }
    case 'sockmap':
      return { way: 'sockmap', map: need.map(), attachType: attachTypeOf(kind, options, fail) }
    case 'netfilter':
      return { way: 'netfilter', ...(options.netfilter ?? fail('no hook is given', 'pass family, hook and priority as netfilter')) }
    case 'tracepoint': {
      const [, category = '', name = ''] = /^([\w-]+)\/([\w-]+)$/.exec(target) ?? []
      return name === '' ? fail('no tracepoint is named', 'write SEC("tp/CATEGORY/NAME")') : { way: 'tracepoint', category, name, ...cookie }
    }
    case 'uprobe':
    case 'kprobe':
    case 'ksyscall':
    case 'uprobe_multi':
    case 'kprobe_multi':
      return probeAttachment(kind.attach, probeRequest(kind, options, fail), facts)
    case 'perf_event':
      return { way: 'perf_event', event: options.event ?? fail('no event is given', 'pass an open perf event, or what to open, as event'), ...cookie }
    case 'struct_ops':
      return fail('it runs when its struct is registered', 'use register of ccdk/structops')
    case 'elsewhere':
      return fail('nothing attaches it by itself', kind.attachHint)
    case 'socket':
    case 'reuseport':
    case 'lirc':
    case 'usdt':
    case 'none':
      return fail('there is no way yet to attach programs of this kind', 'use Target.attach if that has one')
  }
}
