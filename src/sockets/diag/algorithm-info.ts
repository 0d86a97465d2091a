import { type Field, Layout, type ValuesOf } from '../layout.ts'

// ABI: INET_DIAG_VEGASINFO, INET_DIAG_DCTCPINFO, INET_DIAG_BBRINFO and their structs, linux/inet_diag.h.
export const INET_DIAG_VEGASINFO = 3
const INET_DIAG_DCTCPINFO = 9
const INET_DIAG_BBRINFO = 16

const vegasFields = [
  ['tcpv_enabled', 0, 'u32'],
  ['tcpv_rttcnt', 4, 'u32'],
  ['tcpv_rtt', 8, 'u32'],
  ['tcpv_minrtt', 12, 'u32'],
] as const satisfies readonly Field[]

const dctcpFields = [
  ['dctcp_enabled', 0, 'u16'],
  ['dctcp_ce_state', 2, 'u16'],
  ['dctcp_alpha', 4, 'u32'],
  ['dctcp_ab_ecn', 8, 'u32'],
  ['dctcp_ab_tot', 12, 'u32'],
] as const satisfies readonly Field[]

const bbrFields = [
  ['bbr_bw_lo', 0, 'u32'],
  ['bbr_bw_hi', 4, 'u32'],
  ['bbr_min_rtt', 8, 'u32'],
  ['bbr_pacing_gain', 12, 'u32'],
  ['bbr_cwnd_gain', 16, 'u32'],
] as const satisfies readonly Field[]

/**
 * What the algorithm tells of itself: only some of the kernel's own do, as a BPF algorithm cannot. The kernel's names
 * and units: times are µs, `bbr_bw_*` bytes a second in two halves, gains and `dctcp_alpha` shifted by 8 and 10 bits.
 */
export type AlgorithmInfo =
  | ({ kind: 'vegas' } & ValuesOf<(typeof vegasFields)[number]>)
  | ({ kind: 'dctcp' } & ValuesOf<(typeof dctcpFields)[number]>)
  | ({ kind: 'bbr' } & ValuesOf<(typeof bbrFields)[number]>)

const vegas = new Layout('struct tcpvegas_info', vegasFields)
const dctcp = new Layout('struct tcp_dctcp_info', dctcpFields)
const bbr = new Layout('struct tcp_bbr_info', bbrFields)

export const isAlgorithmInfo = (attribute: number): boolean =>
  attribute === INET_DIAG_VEGASINFO || attribute === INET_DIAG_DCTCPINFO || attribute === INET_DIAG_BBRINFO

/** Reads one of the three attributes. */
export function decodeAlgorithmInfo(attribute: number, view: DataView, at: number, length: number): AlgorithmInfo {
  if (attribute === INET_DIAG_BBRINFO) return { kind: 'bbr', ...bbr.decode(view, at, length) }
  if (attribute === INET_DIAG_DCTCPINFO) return { kind: 'dctcp', ...dctcp.decode(view, at, length) }
  return { kind: 'vegas', ...vegas.decode(view, at, length) }
}
