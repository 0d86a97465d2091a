/** What one end's process noted. It has columns with a place for each plan, NaN or 0 where it was the other end's affair. */
export interface Outcome {
  /** When the application began with it, ns since traffic began. */
  startNs: Float64Array
  /** All that the connection had written when it was through with a plan that sends for a time. */
  sentTo: Float64Array
  /** Segments sent again on the connection before it began. */
  retransmitsBefore: Float64Array
  /** When the receiving application had the last byte, and how many it had. */
  endNs: Float64Array
  bytes: Float64Array
  /** Requests and their answers: plan, when it was to begin, when it began, when the last byte came; four numbers each. */
  exchanges: Float64Array
  ends: EndFacts[]
  /** Of each connection that who was to send could not make, or not as it was asked for: why. It says nothing of the network. */
  failures: string[]
  /** When all of its connections had ended, or the time was over. */
  overNs: number
  /** When what was read, of connections that send for several times: pairs of time and bytes by connection. */
  reads: { connection: number; pairs: number[] }[]
}

/** What the kernel knew of one end of a connection when it ended, or when traffic did. */
export interface EndFacts {
  connection: number
  ecn: boolean
  /** Segments that were sent again, and those that came, which for a sender are mostly ACKs. */
  retransmits: number
  segmentsIn: number
  /** Segments of which the receiver said that they came marked. */
  marked: number
  segmentsOut: number
  error?: string
}

export function emptyOutcome(plans: number): Outcome {
  const column = () => new Float64Array(plans).fill(Number.NaN)
  return {
    startNs: column(),
    sentTo: column(),
    retransmitsBefore: column(),
    endNs: column(),
    bytes: new Float64Array(plans),
    exchanges: new Float64Array(),
    ends: [],
    failures: [],
    overNs: 0,
    reads: [],
  }
}
