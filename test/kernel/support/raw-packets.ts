import { check, type Fd, Interfaces } from '../../../src/kernel/index.ts'
import { bindSocket, send } from '../../../src/kernel/libc.ts'
import { openSocket } from '../../../src/kernel/net/namespace.ts'
import { littleEndian } from '../../../src/kernel/net/netlink.ts'

// ABI: linux/if_packet.h, bits/socket_type.h.
const AF_PACKET = 17
const SOCK_RAW = 3

/** Sends packets as they are, Ethernet header and all, from an interface in a network namespace. */
export function sendRaw(packets: readonly Uint8Array[], from: { interface: string; namespace: Fd }): void {
  using interfaces = new Interfaces(from.namespace)
  const index = interfaces.list().find(({ name }) => name === from.interface)?.index ?? 0
  using socket = openSocket({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0, what: 'a packet socket' }, from.namespace)
  // ABI: struct sockaddr_ll: u16 family, u16 protocol, s32 index, u16 hardware, u8 type, u8 length, address.
  const address = new DataView(new ArrayBuffer(20))
  address.setUint16(0, AF_PACKET, littleEndian)
  address.setInt32(4, index, littleEndian)
  const doing = `sending packets from ${from.interface}`
  check(bindSocket(socket.number, new Uint8Array(address.buffer), 20), { doing, syscall: 'bind' })
  for (const packet of packets) check(send(socket.number, packet, packet.length, 0), { doing, syscall: 'send' })
}
