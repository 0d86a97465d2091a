import { attributeText, damaged, eachAttribute, littleEndian, type NetlinkMessage } from '../netlink.ts'
import { tcmsgSize } from '../tcmsg.ts'

/** A queueing discipline that an interface has, and what it has counted. */
export interface QdiscFound {
  interface: number
  /** `netem`, for example. */
  kind: string
  handle: number
  parent: number
  /** What it has handed on. */
  packets: number
  bytes: number
  /** What it dropped, and what of it before the packet was in the queue for want of room, where it tells. */
  drops: number
  overlimitDrops: number | undefined
  /** What it marked, where it tells. */
  marks: number | undefined
  /** What is in it now. */
  queued: { packets: number; bytes: number }
}

// ABI: RTM_NEWQDISC, linux/rtnetlink.h; TCA_, the same; TCA_STATS_, linux/gen_stats.h.
export const RTM_NEWQDISC = 36
const TCA_KIND = 1
const TCA_STATS2 = 7
const TCA_STATS_BASIC = 1
const TCA_STATS_QUEUE = 3
const TCA_STATS_APP = 4
const TCA_STATS_PKT64 = 8

/** ABI: where the counters are that a kind adds to those of all: struct tc_KIND_xstats, linux/pkt_sched.h. */
const ownCounters: Readonly<Record<string, { overlimit: number; marks: readonly number[] }>> = {
  // u32 early, pdrop, other, marked
  red: { overlimit: 4, marks: [12] },
  // u32 maxpacket, count, lastcount, ldelay, s32 drop_next, u32 drop_overlimit, ecn_mark, dropping, ce_mark
  codel: { overlimit: 20, marks: [24, 32] },
  // u32 type, then u32 maxpacket, drop_overlimit, ecn_mark, new_flow_count, new_flows_len, old_flows_len, ce_mark
  fq_codel: { overlimit: 8, marks: [12, 28] },
  // u64 prob, u32 delay, avg_dq_rate, dq_rate_estimating, packets_in, dropped, overlimit, maxq, ecn_mark
  pie: { overlimit: 28, marks: [36] },
}

/** What an RTM_NEWQDISC says; undefined for other messages. */
export function parseQdisc({ type, view, start, end }: NetlinkMessage): QdiscFound | undefined {
  if (type !== RTM_NEWQDISC) return undefined
  if (end - start < tcmsgSize) damaged('RTM_NEWQDISC', `one of ${end - start} bytes`)
  const found: QdiscFound = {
    interface: view.getInt32(start + 4, littleEndian),
    kind: '',
    handle: view.getUint32(start + 8, littleEndian),
    parent: view.getUint32(start + 12, littleEndian),
    packets: 0,
    bytes: 0,
    drops: 0,
    overlimitDrops: undefined,
    marks: undefined,
    queued: { packets: 0, bytes: 0 },
  }
  // The kernel says the kind before the counters.
  eachAttribute(view, start + tcmsgSize, end, (attribute, at, length) => {
    if (attribute === TCA_KIND) found.kind = attributeText(view, at, length)
    else if (attribute === TCA_STATS2) readStatistics(view, at, at + length, found)
  })
  return found
}

function readStatistics(view: DataView, start: number, end: number, found: QdiscFound): void {
  eachAttribute(view, start, end, (attribute, at, length) => {
    const u32At = (offset: number): number => (offset + 4 <= length ? view.getUint32(at + offset, littleEndian) : 0)
    const u64At = (offset: number): number => (offset + 8 <= length ? Number(view.getBigUint64(at + offset, littleEndian)) : 0)
    if (attribute === TCA_STATS_BASIC) {
      // ABI: struct gnet_stats_basic: u64 bytes, u32 packets.
      found.bytes = u64At(0)
      found.packets = u32At(8)
    } else if (attribute === TCA_STATS_PKT64) found.packets = u64At(0)
    else if (attribute === TCA_STATS_QUEUE) {
      // ABI: struct gnet_stats_queue: u32 qlen, backlog, drops, requeues, overlimits.
      found.queued = { packets: u32At(0), bytes: u32At(4) }
      found.drops = u32At(8)
    } else if (attribute === TCA_STATS_APP) {
      const own = ownCounters[found.kind]
      if (own === undefined) return
      found.overlimitDrops = u32At(own.overlimit)
      found.marks = own.marks.reduce((sum, offset) => sum + u32At(offset), 0)
    }
  })
}
