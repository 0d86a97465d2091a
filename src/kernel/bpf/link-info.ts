import { zeroTerminated } from '../../bytes/index.ts'
import { type CgroupOrder, type Handle, LINK_TYPE, type LinkInfo } from '../../loader/index.ts'
import type { Values } from './attr.ts'
import { objectInfo } from './info.ts'
import { linkInfo as common } from './info-layouts.ts'
import * as layouts from './link-info-layouts.ts'

/** More than a tracepoint's, iterator's or function's name has; PATH_MAX for a file. */
const textSize = 4096

/** What the kernel says of a link. */
export function linkInfo(link: Handle): LinkInfo {
  const { type, id, prog_id: programId } = objectInfo(link, common)
  return { type, id, programId, ...kindOf(link, type) }
}

type Kind = LinkInfo extends infer Info ? (Info extends LinkInfo ? Omit<Info, 'id' | 'type' | 'programId'> : never) : never

function kindOf(link: Handle, type: number): Kind {
  switch (type) {
    case LINK_TYPE.RAW_TRACEPOINT: {
      const { text: tp_name, read } = buffer()
      const { cookie } = objectInfo(link, layouts.raw_tracepoint, { tp_name, tp_name_len: textSize })
      return { kind: 'raw_tracepoint', name: read(), cookie }
    }
    case LINK_TYPE.TRACING: {
      const facts = objectInfo(link, layouts.tracing)
      const { attach_type: attachType, target_obj_id: object, target_btf_id, cookie } = facts
      return { kind: 'tracing', attachType, object, function: target_btf_id, cookie }
    }
    case LINK_TYPE.CGROUP: {
      const { cgroup_id: cgroupId, attach_type: attachType } = objectInfo(link, layouts.cgroup)
      return { kind: 'cgroup', cgroupId, attachType }
    }
    case LINK_TYPE.ITER:
      return iterator(link)
    case LINK_TYPE.NETNS: {
      const { netns_ino: inode, attach_type: attachType } = objectInfo(link, layouts.netns)
      return { kind: 'netns', inode, attachType }
    }
    case LINK_TYPE.XDP:
      return { kind: 'xdp', interface: objectInfo(link, layouts.xdp).ifindex }
    case LINK_TYPE.PERF_EVENT:
      return { kind: 'perf_event', event: perfEvent(link) }
    case LINK_TYPE.KPROBE_MULTI:
      return { kind: 'kprobe_multi', ...objectInfo(link, layouts.kprobe_multi) }
    case LINK_TYPE.STRUCT_OPS:
      return { kind: 'struct_ops', mapId: objectInfo(link, layouts.struct_ops).map_id }
    case LINK_TYPE.NETFILTER: {
      const { pf: family, hooknum: hook, priority, flags } = objectInfo(link, layouts.netfilter)
      // ABI: priority is an s32.
      return { kind: 'netfilter', family, hook, priority: priority | 0, flags }
    }
    case LINK_TYPE.UPROBE_MULTI: {
      const { text: path, read } = buffer()
      const { count, flags, pid } = objectInfo(link, layouts.uprobe_multi, { path, path_size: textSize })
      return { kind: 'uprobe_multi', file: read(), count, flags, pid }
    }
    case LINK_TYPE.TCX:
    case LINK_TYPE.NETKIT: {
      const { ifindex, attach_type: attachType } = objectInfo(link, layouts.tcx)
      return { kind: type === LINK_TYPE.TCX ? 'tcx' : 'netkit', interface: ifindex, attachType }
    }
    case LINK_TYPE.SOCKMAP: {
      const { map_id: mapId, attach_type: attachType } = objectInfo(link, layouts.sockmap)
      return { kind: 'sockmap', mapId, attachType }
    }
    default:
      return { kind: 'unknown' }
  }
}

// ABI: enum bpf_cgroup_iter_order, linux/bpf.h, in its order.
export const cgroupOrders: readonly (CgroupOrder | null)[] = [null, 'self', 'descendants_pre', 'descendants_post', 'ancestors_up']

// ABI: the names that the kernel's iterators register, by what their parameters are.
const overMap: ReadonlySet<string> = new Set(['bpf_map_elem', 'bpf_sk_storage_map', 'sockmap'])
const overTask: ReadonlySet<string> = new Set(['task', 'task_file', 'task_vma'])

function iterator(link: Handle): Kind {
  const { text: target_name, read } = buffer()
  const facts = objectInfo(link, layouts.iter, { target_name, target_name_len: textSize })
  const target = read()
  const order = cgroupOrders[facts['cgroup.order']] ?? null
  const { 'task.tid': tid, 'task.pid': pid } = facts
  if (overMap.has(target)) return { kind: 'iter', target, over: { of: 'map', mapId: facts['map.map_id'] } }
  if (overTask.has(target) && (tid !== 0 || pid !== 0)) return { kind: 'iter', target, over: { of: 'task', tid, pid } }
  if (target !== 'cgroup' || order === null) return { kind: 'iter', target, over: { of: 'all' } }
  return { kind: 'iter', target, over: { of: 'cgroup', cgroupId: facts['cgroup.cgroup_id'], order } }
}

// ABI: enum bpf_perf_event_type, linux/bpf.h.
const EVENT = { UPROBE: 1, URETPROBE: 2, KPROBE: 3, KRETPROBE: 4, TRACEPOINT: 5, EVENT: 6 } as const

/** Which text there is depends on the kind of event; all of them stand at one place, but a plain event has its own there. */
function perfEvent(link: Handle): Extract<LinkInfo, { kind: 'perf_event' }>['event'] {
  const { type } = objectInfo(link, layouts.perf_event)
  const { text, read } = buffer()
  const withText: Values<typeof layouts.perf_event> = { 'uprobe.file_name': text, 'uprobe.name_len': textSize }
  const facts = objectInfo(link, layouts.perf_event, type >= EVENT.UPROBE && type <= EVENT.TRACEPOINT ? withText : {})
  switch (type) {
    case EVENT.UPROBE:
    case EVENT.URETPROBE: {
      const { 'uprobe.offset': offset, 'uprobe.cookie': cookie } = facts
      return { kind: 'uprobe', onReturn: type === EVENT.URETPROBE, file: read(), offset, cookie }
    }
    case EVENT.KPROBE:
    case EVENT.KRETPROBE: {
      const { 'kprobe.offset': offset, 'kprobe.addr': address, 'kprobe.missed': missed, 'kprobe.cookie': cookie } = facts
      return { kind: 'kprobe', onReturn: type === EVENT.KRETPROBE, function: read(), offset, address, missed, cookie }
    }
    case EVENT.TRACEPOINT:
      return { kind: 'tracepoint', name: read(), cookie: facts['tracepoint.cookie'] }
    case EVENT.EVENT:
      return { kind: 'event', type: facts['event.type'], config: facts['event.config'], cookie: facts['event.cookie'] }
    default:
      return { kind: 'unknown' }
  }
}

function buffer(): { text: Uint8Array; read: () => string } {
  const text = new Uint8Array(textSize)
  return { text, read: () => zeroTerminated(text, 0) ?? '' }
}
