/** A perf event that is to be opened for a program of `SEC("perf_event")`: perf_event_open(2) has the numbers. */
export interface PerfEventSpec {
  /** PERF_TYPE_*: 0 hardware, 1 software, 4 raw. */
  type: number
  /** What is counted: of software 0 is the processor's clock, of hardware the cycles. */
  config: bigint
  /** The program runs after so many events, or so many times a second. */
  every: { period: bigint } | { frequency: number }
  /** One processor; all when left out, and then `pid` has to be given. */
  cpu?: number
  /** One thread, 0 for the caller's; all when left out. */
  pid?: number
}
