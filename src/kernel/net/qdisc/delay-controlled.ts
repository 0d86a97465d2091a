import type { Attribute } from '../netlink.ts'
import { microseconds, most32, u32s } from './words.ts'

/** What CoDel is told of. Times are ns, and the kernel's in µs. */
interface CodelBase {
  /** Packets. */
  limit: number
  target?: number | undefined
  interval?: number | undefined
  ecn?: boolean | undefined
  /** What waited longer is marked, whatever CoDel does. */
  markAfter?: number
}

/** @see tc-codel(8), net/sched/sch_codel.c */
export interface CodelQdiscOptions extends CodelBase {
  kind: 'codel'
}

/** @see tc-fq_codel(8), net/sched/sch_fq_codel.c */
export interface FqCodelQdiscOptions extends CodelBase {
  kind: 'fq_codel'
  /** Cannot be another later. */
  flows?: number | undefined
  /** Bytes. */
  quantum?: number
}

/** @see tc-pie(8), net/sched/sch_pie.c */
export interface PieQdiscOptions {
  kind: 'pie'
  /** Packets. */
  limit: number
  target?: number | undefined
  update?: number | undefined
  /** Weights in 1/16 Hz, whole numbers up to 32. */
  alpha?: number | undefined
  beta?: number | undefined
  ecn?: boolean | undefined
}

// ABI: TCA_CODEL_, TCA_FQ_CODEL_ and TCA_PIE_, linux/pkt_sched.h.
const CODEL = { TARGET: 1, LIMIT: 2, INTERVAL: 3, ECN: 4, CE_THRESHOLD: 5 } as const
const FQ_CODEL = { TARGET: 1, LIMIT: 2, INTERVAL: 3, ECN: 4, FLOWS: 5, QUANTUM: 6, CE_THRESHOLD: 7, MEMORY_LIMIT: 9 } as const
const PIE = { TARGET: 1, LIMIT: 2, TUPDATE: 3, ALPHA: 4, BETA: 5, ECN: 6 } as const

/** Attributes of u32; without a value there is none. */
const given = (...pairs: readonly (readonly [type: number, value: number | undefined])[]): Attribute[] =>
  pairs.flatMap(([type, value]) => (value === undefined ? [] : [[type, u32s(value)] as const]))

const time = (ns: number | undefined): number | undefined => (ns === undefined ? undefined : microseconds(ns))

const flag = (isOn: boolean | undefined): number => (isOn === true ? 1 : 0)

export const encodeCodel = ({ limit, target, interval, ecn, markAfter }: CodelQdiscOptions): Attribute[] =>
  given(
    [CODEL.TARGET, time(target)],
    [CODEL.LIMIT, limit],
    [CODEL.INTERVAL, time(interval)],
    [CODEL.ECN, flag(ecn)],
    [CODEL.CE_THRESHOLD, time(markAfter)],
  )

export const encodeFqCodel = ({ limit, target, interval, ecn, markAfter, flows, quantum }: FqCodelQdiscOptions): Attribute[] =>
  given(
    [FQ_CODEL.TARGET, time(target)],
    [FQ_CODEL.LIMIT, limit],
    [FQ_CODEL.INTERVAL, time(interval)],
    [FQ_CODEL.ECN, flag(ecn)],
    [FQ_CODEL.CE_THRESHOLD, time(markAfter)],
    [FQ_CODEL.FLOWS, flows],
    [FQ_CODEL.QUANTUM, quantum],
    // It would drop what takes more than 32 MiB of the kernel's memory, whatever the limit.
    [FQ_CODEL.MEMORY_LIMIT, most32],
  )

export const encodePie = ({ limit, target, update, alpha, beta, ecn }: PieQdiscOptions): Attribute[] =>
  given(
    [PIE.TARGET, time(target)],
    [PIE.LIMIT, limit],
    [PIE.TUPDATE, time(update)],
    [PIE.ALPHA, alpha],
    [PIE.BETA, beta],
    [PIE.ECN, flag(ecn)],
  )
