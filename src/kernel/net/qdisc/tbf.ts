import { type Attribute } from '../netlink.ts'
import { concat, most32, u32s, u64 } from './words.ts'

/** A bucket of tokens that holds packets back until there are enough. @see tc-tbf(8), net/sched/sch_tbf.c */
export interface TbfOptions {
  kind: 'tbf'
  /** bit/s */
  rate: number
  /** Bytes that may go at once after a pause; no packet may be larger. */
  burst: number
  /** Of the FIFO in it: a change hands it on, so that it counts as that one does, packets or bytes. */
  limit: number
}

// ABI: TCA_TBF_ and TC_LINKLAYER_ETHERNET, linux/pkt_sched.h.
const TCA_TBF_PARMS = 1
const TCA_TBF_RATE64 = 4
const TCA_TBF_BURST = 6
const TC_LINKLAYER_ETHERNET = 1

export function encodeTbf({ rate, burst, limit }: TbfOptions): Attribute[] {
  const bytesPerSecond = Math.round(rate / 8)
  // ABI: struct tc_ratespec: u8 cell_log, u8 linklayer, u16 overhead, s16 cell_align, u16 mpu, u32 rate. With a link layer
  // that is known the kernel reckons with the rate and wants no table of times.
  const ratespec = concat(Uint8Array.of(0, TC_LINKLAYER_ETHERNET, 0, 0, 0, 0, 0, 0), u32s(Math.min(bytesPerSecond, most32)))
  const noPeak = new Uint8Array(12)
  return [
    // ABI: struct tc_tbf_qopt: struct tc_ratespec rate, peakrate; u32 limit, buffer, mtu. The burst says what buffer would.
    [TCA_TBF_PARMS, concat(ratespec, noPeak, u32s(limit, 0, 0))],
    [TCA_TBF_RATE64, u64(bytesPerSecond)],
    [TCA_TBF_BURST, u32s(burst)],
  ]
}
