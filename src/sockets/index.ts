export { type Ack, type AckBatch, type AckField } from './acks/ack-batch.ts'
export { AckTrace, type AckTraceOptions } from './acks/ack-trace.ts'
export { defaultCongestion, replaceDefault } from './default-congestion.ts'
export type { AlgorithmInfo } from './diag/algorithm-info.ts'
export type { SocketEnd, SocketMatch } from './diag/bytecode.ts'
export type { SocketMemory } from './diag/memory-info.ts'
export type { TcpSocketFilter } from './diag/request.ts'
export type { TcpSocket } from './diag/row.ts'
export { decodeTcpInfo, TCPI_OPT, type TcpInfo } from './diag/tcp-info.ts'
export { isTcpState, tcpState, type TcpState, tcpStates } from './diag/tcp-state.ts'
export type { Everywhere, InNamespace } from './everywhere.ts'
export type { Column } from './layout.ts'
export {
  type CongestionCounts,
  countTcpSockets,
  countTcpSocketsEverywhere,
  listTcpSockets,
  listTcpSocketsEverywhere,
} from './list.ts'
export { type ProgramRuns, RunStatistics } from './run-statistics.ts'
export { type SocketField, SocketSample } from './socket-sample.ts'
export { type SamplerOptions, SocketSampler } from './socket-sampler.ts'
export { SocketVersions, type VersionGroup } from './versions.ts'
