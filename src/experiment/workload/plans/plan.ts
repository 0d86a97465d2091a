/** Which way the data go that are measured: `forward` is from the clients to the servers, left to right on the path. */
export type Direction = 'forward' | 'reverse'
export type Family = 'ipv4' | 'ipv6'

/** Whose flow it is. Without both, that of the arm whose turn it is. */
export interface Algorithm {
  /** A congestion control by its name, whatever arm is tested. */
  cc?: string
  /** An arm by its name, where arms are mixed on one link. */
  arm?: string
}

/** A program that sends in the place of ccdk. */
export type Generator = 'iperf3'

/** What is sent: so many bytes, or as much as gets through. */
type Sending =
  | { kind: 'shortFlows' | 'incast' | 'video'; bytes: number }
  | { kind: 'bulk'; /** ns. */ until: number; generator?: Generator }
  | { kind: 'onOff'; until: number }
  /** One host asks, the other answers, again and again: `think` ns after an answer comes the next request. */
  | { kind: 'requestResponse'; request: number; response: number; think: number; until: number }

/**
 * What one connection sends, and from when on: plain data. Plans of the same `workload` and `flow` share a connection,
 * which sends one after the other: one that is due while another is not yet through comes right behind it.
 */
export type FlowPlan = Algorithm & {
  /** Whole ns since traffic began. */
  at: number
  /** Hosts at the left and the right end, from 0. */
  client: number
  server: number
  /** Of `bytes`, of what is sent `until` then, and of answers. */
  direction: Direction
  family: Family
  /** Which item of the workload it belongs to, from 0. */
  workload: number
  /** Which connection of that item, from 0. */
  flow: number
  /** Nothing follows on this connection. */
  last: boolean
} & Sending
