import { type Field, Layout, type ValuesOf } from '../layout.ts'

/**
 * What every kernel with struct_ops tells (5.6 on), in the kernel's names.
 * ABI: struct tcp_info, linux/tcp.h. The bit fields share bytes 6 and 7.
 */
const always = [
  ['tcpi_state', 0, 'u8'],
  ['tcpi_ca_state', 1, 'u8'],
  ['tcpi_retransmits', 2, 'u8'],
  ['tcpi_probes', 3, 'u8'],
  ['tcpi_backoff', 4, 'u8'],
  ['tcpi_options', 5, 'u8'],
  ['tcpi_snd_wscale', 6, { shift: 0, width: 4 }],
  ['tcpi_rcv_wscale', 6, { shift: 4, width: 4 }],
  ['tcpi_delivery_rate_app_limited', 7, { shift: 0, width: 1 }],
  ['tcpi_fastopen_client_fail', 7, { shift: 1, width: 2 }],
  ['tcpi_rto', 8, 'u32'],
  ['tcpi_ato', 12, 'u32'],
  ['tcpi_snd_mss', 16, 'u32'],
  ['tcpi_rcv_mss', 20, 'u32'],
  ['tcpi_unacked', 24, 'u32'],
  ['tcpi_sacked', 28, 'u32'],
  ['tcpi_lost', 32, 'u32'],
  ['tcpi_retrans', 36, 'u32'],
  ['tcpi_fackets', 40, 'u32'],
  ['tcpi_last_data_sent', 44, 'u32'],
  ['tcpi_last_ack_sent', 48, 'u32'],
  ['tcpi_last_data_recv', 52, 'u32'],
  ['tcpi_last_ack_recv', 56, 'u32'],
  ['tcpi_pmtu', 60, 'u32'],
  ['tcpi_rcv_ssthresh', 64, 'u32'],
  ['tcpi_rtt', 68, 'u32'],
  ['tcpi_rttvar', 72, 'u32'],
  ['tcpi_snd_ssthresh', 76, 'u32'],
  ['tcpi_snd_cwnd', 80, 'u32'],
  ['tcpi_advmss', 84, 'u32'],
  ['tcpi_reordering', 88, 'u32'],
  ['tcpi_rcv_rtt', 92, 'u32'],
  ['tcpi_rcv_space', 96, 'u32'],
  ['tcpi_total_retrans', 100, 'u32'],
  ['tcpi_pacing_rate', 104, 'u64'],
  ['tcpi_max_pacing_rate', 112, 'u64'],
  ['tcpi_bytes_acked', 120, 'u64'],
  ['tcpi_bytes_received', 128, 'u64'],
  ['tcpi_segs_out', 136, 'u32'],
  ['tcpi_segs_in', 140, 'u32'],
  ['tcpi_notsent_bytes', 144, 'u32'],
  ['tcpi_min_rtt', 148, 'u32'],
  ['tcpi_data_segs_in', 152, 'u32'],
  ['tcpi_data_segs_out', 156, 'u32'],
  ['tcpi_delivery_rate', 160, 'u64'],
  ['tcpi_busy_time', 168, 'u64'],
  ['tcpi_rwnd_limited', 176, 'u64'],
  ['tcpi_sndbuf_limited', 184, 'u64'],
  ['tcpi_delivered', 192, 'u32'],
  ['tcpi_delivered_ce', 196, 'u32'],
  ['tcpi_bytes_sent', 200, 'u64'],
  ['tcpi_bytes_retrans', 208, 'u64'],
  ['tcpi_dsack_dups', 216, 'u32'],
  ['tcpi_reord_seen', 220, 'u32'],
  ['tcpi_rcv_ooopack', 224, 'u32'],
  ['tcpi_snd_wnd', 228, 'u32'],
] as const satisfies readonly Field[]

/** What later kernels append: 6.2, 6.7, and Accurate ECN in 6.18. */
const later = [
  ['tcpi_rcv_wnd', 232, 'u32'],
  ['tcpi_rehash', 236, 'u32'],
  ['tcpi_total_rto', 240, 'u16'],
  ['tcpi_total_rto_recoveries', 242, 'u16'],
  ['tcpi_total_rto_time', 244, 'u32'],
  ['tcpi_received_ce', 248, 'u32'],
  ['tcpi_delivered_e1_bytes', 252, 'u32'],
  ['tcpi_delivered_e0_bytes', 256, 'u32'],
  ['tcpi_delivered_ce_bytes', 260, 'u32'],
  ['tcpi_received_e1_bytes', 264, 'u32'],
  ['tcpi_received_e0_bytes', 268, 'u32'],
  ['tcpi_received_ce_bytes', 272, 'u32'],
  ['tcpi_accecn_fail_mode', 276, 'u16'],
  ['tcpi_accecn_opt_seen', 278, 'u16'],
] as const satisfies readonly Field[]

/**
 * The kernel's `struct tcp_info`. Times are µs, except `tcpi_last_*` and `tcpi_total_rto_time` in ms; windows are
 * packets (`tcpi_snd_cwnd`) or bytes (`tcpi_snd_wnd`); rates are bytes a second. `tcpi_bytes_acked` counts the SYN
 * and the FIN too.
 */
export type TcpInfo = ValuesOf<(typeof always)[number], (typeof later)[number]>

/** The fields that all kernels with struct_ops have, and those that only later ones have. */
export type TcpInfoField = (typeof always)[number][0]
export type LaterTcpInfoField = (typeof later)[number][0]

// ABI: TCPI_OPT_*, linux/tcp.h: the bits of tcpi_options.
export const TCPI_OPT = { TIMESTAMPS: 1, SACK: 2, WSCALE: 4, ECN: 8, ECN_SEEN: 16, SYN_DATA: 32 } as const

export const tcpInfo = new Layout('struct tcp_info', always, later)

/**
 * Reads a `struct tcp_info` of `length` bytes: the fields that the kernel filled, and no more.
 * Throws an `ObjectError` when it is shorter than on any kernel with struct_ops.
 */
export const decodeTcpInfo = (view: DataView, at = 0, length = view.byteLength - at): TcpInfo =>
  tcpInfo.decode(view, at, length)
