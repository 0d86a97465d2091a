import type { EndRecord } from '../traffic/records.ts'
import type { AckRecord, FlowRecord, QueueColumns, SampleColumns, TrialResult } from '../trial.ts'
import type { Direction } from '../workload/plans/plan.ts'

/** What became of an arm's packets in the direction of its data. */
export interface ArmPackets {
  packets: number
  drops: number
  marks: number
  /** Of each packet that the bottleneck delivered, ns, in ascending order. */
  delays: Float64Array
}

/** All that one trial has measured. Times are ns since traffic began. */
export interface RawTrial {
  /** Those whose figures are wanted. */
  arms: readonly string[]
  flows: readonly FlowRecord[]
  ends: readonly EndRecord[]
  samples: SampleColumns
  /** Where they were asked for. */
  acks?: AckRecord | undefined
  queue: QueueColumns
  /** By arm; empty without telemetry. */
  packets: ReadonlyMap<string, ArmPackets>
  /** Packets of which the record was written over before it was read. */
  unread: number
  /** The longest that nothing was measured, because this process did not run. */
  stillNs: number
  programs: TrialResult['programs']
  endNs: number
  path: PathFacts
}

export interface PathFacts {
  /** Of the bottleneck, bit/s. */
  rates: Record<Direction, number>
  /** Of a path without a queue, ns. */
  rtt: number
  /** Bytes of the largest IP packet. */
  mtu: number
}
