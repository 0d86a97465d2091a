import type { Direction, Family, FlowPlan } from './workload/plans/plan.ts'

/** Each arm by itself on the link, or all of them on one link. */
export type Design = 'alone' | 'mixed'

/** One run of traffic over a path: plain data, known before anything runs. */
export interface Trial {
  /** Its place in the running order, from 0. */
  index: number
  /** Which of the paths of the cross product, from 0. */
  scenario: number
  design: Design
  /** Trials of one block are compared with each other: they have the same seed. From 0. */
  block: number
  /** Whose turn it is. Missing in a mixed trial, which is all arms'. */
  arm?: string
  /** Of the workload's and the path's random numbers. */
  seed: number
}

/** What became of one `FlowPlan`: a piece of work of one connection. Times are ns since traffic began. */
export interface FlowRecord {
  workload: number
  /** Connection of that item; several records may share it. */
  flow: number
  kind: FlowPlan['kind']
  /** Empty for a flow that has a congestion control of its own: traffic in the background. */
  arm: string
  /** The congestion control by the name that the kernel knew it by in this run. */
  cc: string
  family: Family
  direction: Direction
  client: number
  server: number
  localPort: number
  remotePort: number
  plannedNs: number
  startNs: number
  /** Null for one that did not finish. */
  endNs: number | null
  /** That the receiver's application has read. */
  bytes: number
  /** How much there was to be sent; null for as much as gets through. */
  asked: number | null
  ecn: boolean
  retransmits: number
  error?: string
}

/** Samples of sockets: columns of equal length, one row a socket at a time. */
export interface SampleColumns {
  /** Since traffic began. */
  timeNs: Float64Array
  /** Index into the trial's flow records: the first one of the connection. */
  flow: Uint32Array
  cwnd: Uint32Array
  ssthresh: Uint32Array
  srttUs: Uint32Array
  rttvarUs: Uint32Array
  minRttUs: Uint32Array
  /** Bytes/s. */
  pacingRate: Float64Array
  deliveryRate: Float64Array
  inflight: Uint32Array
  retransmits: Uint32Array
  caState: Uint32Array
  bytesAcked: Float64Array
}

/** Room for so many rows. */
export const samplesOf = (rows: number): SampleColumns => ({
  timeNs: new Float64Array(rows),
  flow: new Uint32Array(rows),
  cwnd: new Uint32Array(rows),
  ssthresh: new Uint32Array(rows),
  srttUs: new Uint32Array(rows),
  rttvarUs: new Uint32Array(rows),
  minRttUs: new Uint32Array(rows),
  pacingRate: new Float64Array(rows),
  deliveryRate: new Float64Array(rows),
  inflight: new Uint32Array(rows),
  retransmits: new Uint32Array(rows),
  caState: new Uint32Array(rows),
  bytesAcked: new Float64Array(rows),
})

/** A sender at each segment that came in for it, before TCP looked at that: what samples have, and how its segments fared so far. */
export interface AckColumns extends SampleColumns {
  delivered: Uint32Array
  /** Of those, marked on their way (ECN). */
  deliveredCe: Uint32Array
  lost: Uint32Array
}

/** Room for so many rows. */
export const ackColumnsOf = (rows: number): AckColumns => ({
  ...samplesOf(rows),
  delivered: new Uint32Array(rows),
  deliveredCe: new Uint32Array(rows),
  lost: new Uint32Array(rows),
})

/** What the ACKs of a trial told. */
export interface AckRecord {
  columns: AckColumns
  /** ACKs that are not among them: they came faster than they were read, or were too many to be kept. */
  unread: number
}

/** The bottleneck's queue, a row for each bucket of time. */
export interface QueueColumns {
  /** The bucket's begin, since traffic began. */
  timeNs: Float64Array
  packets: Uint32Array
  bytes: Float64Array
  delayNs: Float64Array
  drops: Uint32Array
  marks: Uint32Array
}

/** A figure of one arm in one trial, by its name in the table of metrics: `goodput`, `rtt.p99`. */
export interface MetricValue {
  arm: string
  metric: string
  value: number
}

/** All that a trial has found: what is stored. */
export interface TrialResult {
  trial: Trial
  /** ISO 8601, by the wall clock. */
  startedAt: string
  seconds: number
  /** A trial that is not, for these reasons, is not compared. */
  valid: boolean
  reasons: string[]
  flows: FlowRecord[]
  samples: SampleColumns
  /** Where ACKs were asked for. */
  acks?: AckRecord | undefined
  queue: QueueColumns
  metrics: MetricValue[]
  /** What each member's BPF program took, of the arms that are BPF. */
  programs: { arm: string; member: string; runs: number; ns: number }[]
  /** Of all cores, shares from 0 to 1. */
  cpu: { busy: number; steal: number }
}
