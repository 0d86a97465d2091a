import { type Attribute, encodeAttributes } from '../netlink.ts'
import { concat, most32, scaled, u32s, u64 } from './words.ts'

/** How netem loses packets. */
export type NetemLoss =
  /** Each by itself. */
  | { kind: 'independent'; probability: number }
  /** Gilbert and Elliott's chain. The state is another from the packet after the one that changed it. */
  | { kind: 'bursts'; toBad: number; toGood: number; lossInBad: number; lossInGood: number }

/** @see tc-netem(8), net/sched/sch_netem.c */
export interface NetemOptions {
  kind: 'netem'
  /** How many packets it holds at most: one more is dropped. */
  limit: number
  /** ns */
  delay?: number
  /** Up to it either way, each as likely. Packets overtake each other. ns */
  jitter?: number
  /** bit/s: packets are sent one after the other, and delayed from when they are sent. 0 for a link that takes no time. */
  rate?: number
  loss?: NetemLoss | undefined
  /** The probability that a packet comes twice. */
  duplicate?: number
  /** Of what is random, since Linux 6.6; before, every run is another. */
  seed?: number | undefined
}

// ABI: TCA_NETEM_ and NETEM_LOSS_GE, linux/pkt_sched.h.
const TCA_NETEM_LOSS = 5
const TCA_NETEM_RATE = 6
const TCA_NETEM_RATE64 = 8
const TCA_NETEM_LATENCY64 = 10
const TCA_NETEM_JITTER64 = 11
const TCA_NETEM_PRNG_SEED = 14
const NETEM_LOSS_GE = 2

/**
 * All is said each time: what is left out of a change would stay as it was.
 *
 * ABI: struct tc_netem_qopt: u32 latency, limit, loss, gap, duplicate, jitter; then attributes. The latency and the jitter
 * there are in ticks of 64 ns, those of the attributes in ns.
 */
export function encodeNetem({ limit, delay = 0, jitter = 0, rate = 0, loss, duplicate = 0, seed }: NetemOptions): Uint8Array {
  const probability = loss?.kind === 'independent' ? loss.probability : 0
  const bytesPerSecond = Math.round(rate / 8)
  const attributes: Attribute[] = [
    [TCA_NETEM_LATENCY64, u64(Math.round(delay))],
    [TCA_NETEM_JITTER64, u64(Math.round(jitter))],
    // ABI: struct tc_netem_rate: u32 rate, s32 packet_overhead, u32 cell_size, s32 cell_overhead.
    [TCA_NETEM_RATE, u32s(Math.min(bytesPerSecond, most32), 0, 0, 0)],
    [TCA_NETEM_RATE64, u64(bytesPerSecond)],
    ...(loss?.kind === 'bursts' ? [[TCA_NETEM_LOSS, [[NETEM_LOSS_GE, gemodel(loss)]]] as const] : []),
    ...(seed === undefined ? [] : [[TCA_NETEM_PRNG_SEED, u64(seed)] as const]),
  ]
  return concat(u32s(0, limit, scaled(probability), 0, scaled(duplicate), 0), encodeAttributes(attributes))
}

/** ABI: struct tc_netem_gemodel: u32 p, r, h, k1, where h is the probability that a packet gets through in the bad state. */
const gemodel = ({ toBad, toGood, lossInBad, lossInGood }: Extract<NetemLoss, { kind: 'bursts' }>): Uint8Array =>
  u32s(scaled(toBad), scaled(toGood), scaled(1 - lossInBad), scaled(lossInGood))
