import { check } from '../errno.ts'
import { Fd } from '../fd.ts'
import { duplicate } from '../libc.ts'
import { openSocket } from '../net/namespace.ts'

// ABI: linux/socket.h, bits/socket_type.h.
export const AF_XDP = 44
const SOCK_RAW = 3

/** A socket of AF_XDP, inside `namespace` when one is given: it then binds to the interfaces of that one. */
export function openXdpSocket(namespace?: Fd): Fd {
  const refusals = { capability: 'CAP_NET_RAW', hints: { EAFNOSUPPORT: 'this kernel has no AF_XDP: it needs CONFIG_XDP_SOCKETS' } }
  return openSocket({ domain: AF_XDP, type: SOCK_RAW, protocol: 0, what: 'an AF_XDP socket', refusals }, namespace)
}

/** A descriptor of our own for a socket that somebody else opened, who keeps theirs. */
export function takeXdpSocket(fd: { readonly number: number }): Fd {
  const attempt = { doing: `taking over descriptor ${fd.number} as an AF_XDP socket`, syscall: 'fcntl', hints: { EBADF: 'it is not open' } }
  return new Fd(check(duplicate(fd.number), attempt), 'a given AF_XDP socket')
}
