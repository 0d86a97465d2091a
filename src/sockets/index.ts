export { defaultCongestion, replaceDefault } from './default-congestion.ts'
export { countTcpSocketsEverywhere, type Everywhere, type InNamespace, listTcpSocketsEverywhere } from './everywhere.ts'
export {
  type CongestionCounts,
  countTcpSockets,
  listTcpSockets,
  type TcpSocket,
  type TcpSocketFilter,
} from './inet-diag.ts'
export { decodeTcpInfo, TCPI_OPT, type TcpInfo } from './tcp-info.ts'
export { isTcpState, type TcpState, tcpStates } from './tcp-state.ts'
export { SocketVersions, type VersionGroup } from './versions.ts'
