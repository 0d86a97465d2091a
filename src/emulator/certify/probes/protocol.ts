/** One end of what is probed. */
export interface ProbeEnd {
  /** The path of its network namespace, `/proc/PID/ns/net`. */
  namespace: string
  /** Of IPv4. */
  address: string
}

/** When probes are sent. */
export type Schedule =
  /** At these times, ns after the start. */
  | { kind: 'times'; at: Float64Array }
  /**
   * So many a second, the `first` ones at once. Who comes late sends no more than `burst` to make up for it, and goes on
   * from there.
   */
  | { kind: 'paced'; count: number; perSecond: number; first: number; burst: number }

/** Probe traffic in one direction: UDP through the kernels of both ends. */
export interface ProbeSpec {
  from: ProbeEnd
  to: ProbeEnd
  /** Bytes of a datagram, without its headers. */
  payload: number
  /** The ECN field: 0 Not-ECT, 2 ECT(0). */
  ecn: number
  schedule: Schedule
  /** How long nothing may come before what has not come counts as lost, ns. */
  patience: number
  /** Whether the times of sending are the kernel's, which takes a little more of the processor. */
  stamps: boolean
}

/** Times are ns since the same moment. */
export interface ProbeResult {
  /** By number: when the driver got it, or, without stamps, when the system call was made. */
  sentAt: Float64Array
  /** In the order in which they came. */
  arrivals: { number: Uint32Array; at: Float64Array; ecn: Uint8Array }
  /** What came and the receiving socket had no room for. */
  missed: number
  /** By how much the clock was set meanwhile, ns. */
  clockMoved: number
}

/** What the process that probes is asked. */
export interface Calls {
  probe: { argument: ProbeSpec; answer: ProbeResult }
}
