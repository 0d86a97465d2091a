import type { TcpInfo } from '../../../sockets/index.ts'
import { TCPI_OPT } from '../../../sockets/index.ts'
import { emptyOutcome, type Outcome } from '../outcome.ts'

/** What the connections of a process write down while traffic runs. */
export class Notes {
  readonly outcome: Outcome
  readonly #exchanges: number[] = []

  constructor(plans: number) {
    this.outcome = emptyOutcome(plans)
  }

  exchange(plan: number, planned: number, start: number, end: number): void {
    this.#exchanges.push(plan, planned, start, end)
  }

  end(connection: number, info: TcpInfo | undefined, error: Error | undefined): void {
    this.outcome.ends.push({
      connection,
      ecn: info !== undefined && (info.tcpi_options & TCPI_OPT.ECN) !== 0,
      retransmits: info?.tcpi_total_retrans ?? 0,
      segmentsIn: info?.tcpi_segs_in ?? 0,
      segmentsOut: info?.tcpi_segs_out ?? 0,
      marked: info?.tcpi_delivered_ce ?? 0,
      ...(error === undefined ? {} : { error: error.message }),
    })
  }

  finish(): Outcome {
    return { ...this.outcome, exchanges: Float64Array.from(this.#exchanges) }
  }
}
