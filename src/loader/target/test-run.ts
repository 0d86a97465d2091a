/** How a program is run by itself, once unless it says otherwise. */
export interface TestRun {
  /** The packet, from its Ethernet header on, of a program that takes one. */
  data?: Uint8Array
  /** What the program gets, in the layout of its kind: `struct xdp_md`, `__sk_buff`, `bpf_sk_lookup`, the arguments of a tracepoint. */
  context?: Uint8Array
  /** How many times. Raw tracepoints and syscall programs run once and take none. */
  repeat?: number
  /** Of raw tracepoints: where to run. */
  cpu?: number
  /** Of XDP: the packets are then sent, dropped or passed to the network stack, as the program says. */
  liveFrames?: boolean
  /** Of live frames: how many at once, 256 at most. */
  batchSize?: number
  /** Of programs that get a socket buffer: the packet comes with a checksum by its hardware (Linux 6.15). */
  checksumComplete?: boolean
}

export interface TestRunResult {
  returned: number
  /** Of one run, on average; 0 where the kernel does not measure. */
  durationNs: number
  /** The packet as the program left it. */
  data: Uint8Array | undefined
  /** The context as the program left it, or as it was given where the kernel does not tell. */
  context: Uint8Array | undefined
}
