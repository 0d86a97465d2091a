export { type Attempt, check, errnoName, systemError } from './errno.ts'
export { Fd, openFds } from './fd.ts'
export { type AddressFamily, type TcpAddress } from './ip-address.ts'
export { interfaceReady } from './interface-ready.ts'
export { namespaceInode, openNamespace, type OwnNamespace, unshareNetwork } from './namespace.ts'
export { dieWithParent } from './process.ts'
export { type Interface, Interfaces, type VethEnd } from './rtnetlink.ts'
export {
  availableCongestion,
  bindTcpSocket,
  openTcpSocket,
  setCongestion,
  socketCongestion,
  socketTcpInfo,
} from './tcp-socket.ts'
