export { decodeTcpInfo, TCPI_OPT, type TcpInfo } from './tcp-info.ts'
