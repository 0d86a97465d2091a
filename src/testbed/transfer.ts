import type { TcpInfo } from '../sockets/index.ts'
import type { FlowFacts } from './protocol.ts'
import type { Service } from './service.ts'
import type { RttSummary } from './statistics.ts'

export type TransferOptions = {
  to: Service
  /** The congestion control of the sending sockets; the service's own when left out. */
  congestion?: string
  /** How many connections at once; 1 when left out. */
  flows?: number
  /** How often to sample, ms; 100 when left out. */
  sampleMs?: number
  /** How long it may take altogether, s; 60, or 30 more than `seconds`, when left out. */
  timeoutSeconds?: number
} & ({ bytesPerFlow: number } | { seconds: number })

/** One flow at one moment. */
export interface FlowSample {
  flow: number
  /** The congestion control by name, as the kernel answers for the socket. */
  congestion: string
  /** Whether both ends agreed on ECN. */
  ecn: boolean
  /** Bytes of data that the receiver's kernel has acknowledged. */
  bytesAcked: number
  info: TcpInfo
}

export interface TransferSample {
  /** Since all flows were connected. */
  seconds: number
  flows: FlowSample[]
}

export interface FlowResult {
  flow: number
  /** The sender's end. */
  local: { address: string; port: number }
  congestion: string
  ecn: boolean
  /** Bytes that the service read: as many as were sent, or the transfer fails. */
  bytes: number
  /** From the connection's establishment to the service's reading of the last byte. */
  seconds: number
  /** bit/s. */
  goodput: number
  /** Of the kernel's smoothed RTT at each sample. */
  rtt: RttSummary | undefined
  /** Segments sent again. */
  retransmits: number
  /** How the kernel saw the connection at the end. */
  info: TcpInfo
}

export interface TransferResult {
  flows: FlowResult[]
  bytes: number
  /** From the first connection's establishment to the last byte of all. */
  seconds: number
  /** Of all flows together, bit/s. */
  goodput: number
}

/** Data on its way from one host to another. Its connections stay open until it is closed, when all is sent too. */
export class Transfer implements AsyncDisposable {
  readonly flows: readonly FlowFacts[]
  /** A sample every `sampleMs` from the start of the loop on, and one at the end. */
  readonly samples: AsyncIterable<TransferSample>
  /** Settles when the service has read all; rejects when bytes are missing or the time is over. */
  readonly result: Promise<TransferResult>
  readonly #close: () => Promise<void>

  constructor(facts: {
    flows: readonly FlowFacts[]
    samples: AsyncIterable<TransferSample>
    result: Promise<TransferResult>
    close: () => Promise<void>
  }) {
    this.flows = facts.flows
    this.samples = facts.samples
    this.result = facts.result
    this.#close = facts.close
  }

  async close(): Promise<void> {
    await this.#close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
