export { bpffsMounted, makePinDirectory } from './bpf/bpffs.ts'
export { listPins, type PinnedObject, pinnedObject } from './bpf/pins.ts'
export { type BpfHolder, bpfHolders } from './bpf/holders.ts'
export { type Attempt, check, errnoName, fileError, systemError } from './errno.ts'
export { CpuMeter, type CpuUse } from './facts/cpu-time.ts'
export { Epoll, EPOLLRDHUP } from './epoll.ts'
export { Fd, openFds } from './fd.ts'
export { AF_INET, AF_INET6, type AddressFamily, parseAddress, type TcpAddress } from './net/ip-address.ts'
export { interfaceReady } from './net/interface-ready.ts'
export {
  createNamespace,
  enterNamespace,
  insideNamespace,
  namespaceCookie,
  namespaceInode,
  openNamespace,
  type OwnNamespace,
  setNamespaceSysctl,
  unshareNetwork,
} from './net/namespace.ts'
export { listNamespaces, type NamespaceFound, type Unseen, whyUnseen } from './net/namespace-list.ts'
export { type SocketOwner, socketOwners } from './net/socket-owners.ts'
export { Mapping, openMappings } from './mapping.ts'
export { attributeText, eachAttribute, littleEndian, type NetlinkMessage } from './net/netlink.ts'
export { NetlinkSocket, type Request as NetlinkRequest } from './net/netlink-socket.ts'
export { Datagrams } from './net/netlink-dump.ts'
export { makeDirectories } from './make-directories.ts'
export { lockFile, tryLockFile } from './lock.ts'
export { listMounts, type Mount, unmount } from './mounts.ts'
export { POLL, Poller } from './poller.ts'
export { replacePrivately } from './private-file.ts'
export { bootId, dieWithParent, openProcess, outliveParent, processStart, signalProcess } from './process.ts'
export { type BpfFilter, TrafficControl } from './net/tc.ts'
export type { Interface } from './net/interface-messages.ts'
export { turnGroOn, turnOffloadsOff } from './net/offloads.ts'
export type { QdiscKind, QdiscOptions } from './net/qdisc/options.ts'
export { missingQdiscs } from './net/qdisc/probe.ts'
export { lackOf, qdiscHandle, type QdiscPlace, Qdiscs } from './net/qdisc/qdiscs.ts'
export type { QdiscFound } from './net/qdisc/statistics.ts'
export { Interfaces } from './net/rtnetlink.ts'
export type { VethEnd } from './net/virtual-interfaces.ts'
export {
  availableCongestion,
  bindTcpSocket,
  openTcpSocket,
  setCongestion,
  socketCongestion,
  socketTcpInfo,
} from './net/tcp-socket.ts'
export {
  acceptTcp,
  connectTcp,
  discardTcp,
  finishTcp,
  limitUnsent,
  listenTcp,
  readAtLeast,
  resetOnClose,
  sendAtOnce,
  throwTcpError,
  writeTcp,
} from './net/tcp-stream.ts'
export { type Arrival, DatagramReceiver, DatagramSender } from './net/datagrams.ts'
export { droppedBySocket, openUdpSocket, setBuffers, setEcnField, setStamps, type UdpOptions } from './net/udp-socket.ts'
export { realTime } from './real-time.ts'
export { openBpfOutput } from './perf/bpf-output.ts'
export { runFirst, sharpenTimers } from './thread.ts'
export { type PrintkLine, PrintkTrace } from './tracing/printk.ts'
export { Timer } from './timer.ts'
export { Wakeup } from './wakeup.ts'
export { Watch } from './watch.ts'
export { bindXdp, XDP_BIND, type XdpAddress } from './xdp/bind.ts'
export { openXdpSocket, takeXdpSocket } from './xdp/open.ts'
export { makeRing, MappedRing, type RingKind, type RingMemory, ringOffsets } from './xdp/rings.ts'
export { xdpOptions, type XdpStatistics, xdpStatistics } from './xdp/statistics.ts'
export { registerUmem, type UmemRegistration } from './xdp/umem.ts'
export { type BusyPolling, setBusyPolling, wakeRx, wakeTx } from './xdp/wake.ts'
export { LinuxTarget } from './linux-target.ts'
export { type FeatureFound, probeFeatures } from './probes/probe.ts'
