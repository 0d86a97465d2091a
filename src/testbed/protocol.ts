import type { ErrorFacts } from '../child/index.ts'
import type { AddressFamily, TcpAddress, VethEnd } from '../kernel/index.ts'

/**
 * What the parent may ask of a host process, and what comes back. Everything crosses by structured clone, so bigint
 * and byte arrays pass as they are.
 */
export interface Calls {
  start: { argument: { parent: number }; answer: { inode: number } }
  setSysctl: { argument: { name: string; value: string }; answer: undefined }
  createVeth: { argument: VethSpec; answer: undefined }
  configure: { argument: InterfaceSpec; answer: undefined }
  ready: { argument: { name: string; timeoutMs: number }; answer: undefined }
  nameHosts: { argument: { lines: string }; answer: undefined }
  run: { argument: ProgramSpec; answer: { pid: number } }
  programEnded: { argument: { program: number }; answer: ProgramEnd }
  signalProgram: { argument: { program: number; signal: NodeJS.Signals }; answer: undefined }
  serve: { argument: ServeSpec; answer: { service: number; address: TcpAddress } }
  connections: { argument: { service: number }; answer: ConnectionFacts[] }
  received: { argument: { service: number; expected: Expected[]; timeoutMs: number }; answer: ConnectionFacts[] }
  stopService: { argument: { service: number }; answer: undefined }
  send: { argument: SendSpec; answer: FlowFacts[] }
  finishTransfer: { argument: { transfer: number }; answer: Snapshot }
  closeTransfer: { argument: { transfer: number }; answer: undefined }
}

export interface VethSpec {
  here: VethEnd
  peer: VethEnd & { pid: number }
  mtu: number
}

export interface InterfaceSpec {
  name: string
  addresses: { address: string; prefix: number }[]
}

export interface ProgramSpec {
  program: number
  file: string
  args: readonly string[]
  environment: NodeJS.ProcessEnv
  stdio: 'terminal' | 'capture'
  kept: number
}

/** How a program ended: by its code or by a signal. */
export interface ProgramEnd {
  code: number | null
  signal: NodeJS.Signals | null
  /** The end of what it printed, if that was captured. */
  printed: string
}

export interface ServeSpec {
  congestion: string | undefined
  address: TcpAddress
}

/** A connection that a sink has accepted. */
export interface ConnectionFacts {
  /** The sender's address. */
  peer: { address: string; port: number }
  /** Bytes read so far. */
  bytes: number
  /** When the last of them was read, ns of CLOCK_MONOTONIC, the same clock in every process; 0 before the first. */
  lastByteAt: bigint
  open: boolean
}

/** How many bytes a sink is to wait for, from whom. */
export interface Expected {
  peer: { address: string; port: number }
  bytes: number
}

export interface SendSpec {
  /** Chosen by the caller, so that events which overtake the answer find their transfer. */
  transfer: number
  congestion: string | undefined
  to: TcpAddress
  flows: number
  limit: { bytesPerFlow: number } | { seconds: number }
  sampleMs: number
  connectTimeoutMs: number
}

/** A connection that a sender has opened. */
export interface FlowFacts {
  /** Its number, from 0. */
  flow: number
  family: AddressFamily
  local: { address: string; port: number }
  /** The name that the kernel answers for it. */
  congestion: string
  /** When the connection stood and data could flow, ns of CLOCK_MONOTONIC. */
  startedAt: bigint
}

/** A flow as the kernel tells it at one moment; `info` is a `struct tcp_info` not yet decoded. */
export interface FlowSnapshot {
  flow: number
  congestion: string
  info: Uint8Array
}

/** All flows of a transfer at one moment. */
export interface Snapshot {
  /** Since all flows were connected. */
  seconds: number
  flows: FlowSnapshot[]
}

/** What a host process says without being asked, about one of its transfers. */
export type TransferEvent =
  | ({ event: 'sample'; transfer: number } & Snapshot)
  | { event: 'written'; transfer: number; bytes: number[] }
  | { event: 'failed'; transfer: number; error: ErrorFacts }
