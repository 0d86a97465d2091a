import type { Attribute } from '../netlink.ts'
import { concat, scaled, u32s } from './words.ts'

/**
 * RED over bytes. From `max` on every packet is chosen: this one is not gentle.
 *
 * @see tc-red(8), net/sched/sch_red.c, include/net/red.h
 */
export interface RedQdiscOptions {
  kind: 'red'
  /** Bytes. A change empties the queue. */
  limit: number
  /** Thresholds of the average, bytes. */
  min: number
  max: number
  /** How likely a packet is chosen as the average comes to `max`. */
  probability: number
  /** One packet's weight in the average is 2^-weightLog. */
  weightLog: number
  /** In how long the average halves while no packet comes, µs; 0 when it is 0 at once. */
  halving: number
  ecn?: RedEcn | undefined
}

/** What becomes of chosen packets: `hard` drops from `max` on what could be marked; `only` drops none that cannot be. */
export type RedEcn = 'hard' | 'only'

// ABI: TCA_RED_ and TC_RED_, linux/pkt_sched.h.
const TCA_RED_PARMS = 1
const TCA_RED_STAB = 2
const TCA_RED_MAX_P = 3
const TCA_RED_FLAGS = 4
const TC_RED_ECN = 1
const TC_RED_HARDDROP = 2
const TC_RED_NODROP = 8
const allFlags = TC_RED_ECN | TC_RED_HARDDROP | 4 | TC_RED_NODROP
/** The kernel takes no weight, and no cell, with more. */
const mostLog = 31

const flagsOf = (ecn: RedEcn | undefined): number =>
  ecn === undefined ? 0 : TC_RED_ECN | (ecn === 'hard' ? TC_RED_HARDDROP : TC_RED_NODROP)

export function encodeRed({ limit, min, max, probability, weightLog, halving, ecn }: RedQdiscOptions): Attribute[] {
  const { cellLog, table } = idleTable(halving)
  const flags = flagsOf(ecn)
  // `nodrop` came with Linux 5.7, and with it an attribute for flags; the struct's own must be 0 then.
  const isOld = ecn !== 'only'
  return [
    // ABI: struct tc_red_qopt: u32 limit, qth_min, qth_max; u8 Wlog, Plog, Scell_log, flags. A maximal probability makes
    // Plog superfluous.
    [TCA_RED_PARMS, concat(u32s(limit, min, max), Uint8Array.of(weightLog, 0, cellLog, isOld ? flags : 0))],
    [TCA_RED_STAB, table],
    [TCA_RED_MAX_P, u32s(scaled(probability))],
    // ABI: struct nla_bitfield32, linux/netlink.h: u32 value, u32 selector.
    ...(isOld ? [] : [[TCA_RED_FLAGS, u32s(flags, allFlags)] as const]),
  ]
}

/**
 * ABI: while no packet comes for t µs, the kernel shifts the average right by table[t >> cellLog], 31 at most; where that is
 * 0 it goes down linearly, to the half within a cell (red_calc_qavg_from_idle_time). So a cell is best as long as a halving.
 */
export function idleTable(halving: number): { cellLog: number; table: Uint8Array } {
  const cellLog = halving <= 1 ? 0 : Math.min(Math.round(Math.log2(halving)), mostLog - 8)
  const shiftOf = (cell: number): number => (halving <= 0 ? mostLog : Math.min(mostLog, Math.round((cell * 2 ** cellLog) / halving)))
  return { cellLog, table: Uint8Array.from({ length: 256 }, (_, cell) => shiftOf(cell)) }
}
