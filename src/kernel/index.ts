export { bpffsMounted, mountBpffs } from './bpffs.ts'
export { type Attempt, check, errnoName, systemError } from './errno.ts'
export { Fd, openFds } from './fd.ts'
export { AF_INET, AF_INET6, type AddressFamily, formatIpv4, formatIpv6, type TcpAddress } from './ip-address.ts'
export { interfaceReady } from './interface-ready.ts'
export { namespaceInode, openNamespace, type OwnNamespace, unshareNetwork } from './namespace.ts'
export { listNamespaces, type NamespaceFound, type Unseen, whyUnseen } from './namespace-list.ts'
export { Mapping } from './mapping.ts'
export { attributeText, eachAttribute, littleEndian, type NetlinkMessage } from './netlink.ts'
export { NetlinkSocket } from './netlink-socket.ts'
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
export { LinuxTarget } from './linux-target.ts'
