import { fstatSync, openSync, readlinkSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../errors/index.ts'
import { type Attempt, check, fileError } from '../errno.ts'
import { Fd } from '../fd.ts'
import * as libc from '../libc.ts'

// ABI: CLONE_NEWNET, linux/sched.h.
const CLONE_NEWNET = 0x4000_0000
// ABI: SOCK_CLOEXEC, bits/socket_type.h.
const SOCK_CLOEXEC = 0o2000000

/** The namespace of the thread that asks. setns(2) acts on a thread alone, so `/proc/self` could be another one's. */
const own = '/proc/thread-self/ns/net'

const capability = 'CAP_SYS_ADMIN'

/** Opens the network namespace that `path` refers to: `/proc/PID/ns/net`, or a file that `ip netns` mounted. */
export function openNamespace(path: string): Fd {
  try {
    return new Fd(openSync(path, 'r'), `network namespace ${path}`)
  } catch (error) {
    throw fileError(error, {
      doing: `opening the network namespace ${path}`,
      syscall: 'open',
      capability: 'CAP_SYS_PTRACE',
    })
  }
}

/**
 * The inode of the network namespace that a descriptor or a `/proc/PID/ns/net` refers to, the own one by default. The
 * same number means the same namespace.
 */
export function namespaceInode(of: Fd | string = own): number {
  return typeof of === 'string' ? linkedInode(of) : fstatSync(of.number).ino
}

// ABI: SOL_SOCKET and SO_NETNS_COOKIE, asm-generic/socket.h; AF_INET and SOCK_DGRAM, bits/socket.h.
const SOL_SOCKET = 1
const SO_NETNS_COOKIE = 71
const AF_INET = 2
const SOCK_DGRAM = 2

/**
 * The number that the kernel gave a network namespace, the own one by default, and gives no other until the machine is
 * started anew; an inode is given again. Since Linux 5.14.
 */
export function namespaceCookie(namespace?: Fd): bigint {
  using socket = openSocket({ domain: AF_INET, type: SOCK_DGRAM, protocol: 0, what: 'a socket' }, namespace)
  const cookie = new BigUint64Array(1)
  const length = Uint32Array.of(cookie.byteLength)
  check(libc.getsockopt(socket.number, SOL_SOCKET, SO_NETNS_COOKIE, new Uint8Array(cookie.buffer), length), {
    doing: 'asking which network namespace this is',
    syscall: 'getsockopt(SO_NETNS_COOKIE)',
    hints: { ENOPROTOOPT: 'that takes Linux 5.14 or later' },
  })
  return cookie[0] ?? 0n
}

function linkedInode(path: string): number {
  try {
    return Number(/^net:\[(\d+)\]$/.exec(readlinkSync(path))?.[1] ?? Number.NaN)
  } catch (error) {
    throw fileError(error, {
      doing: `reading which namespace ${path} is`,
      syscall: 'readlink',
      capability: 'CAP_SYS_PTRACE',
    })
  }
}

interface SocketSpec {
  domain: number
  type: number
  protocol: number
  what: string
  /** What it takes, and why it may be refused. */
  refusals?: Pick<Attempt, 'capability' | 'hints'>
}

/**
 * Makes a socket, inside `namespace` when one is given: a socket belongs to the namespace it was made in for good.
 * The thread goes there and comes back within this call, and does not go when it could not come back.
 */
export function openSocket(spec: SocketSpec, namespace?: Fd): Fd {
  const make = (): Fd =>
    new Fd(
      check(libc.socket(spec.domain, spec.type | SOCK_CLOEXEC, spec.protocol), {
        doing: `opening ${spec.what}`,
        syscall: 'socket',
        ...spec.refusals,
      }),
      spec.what,
    )
  return namespace === undefined ? make() : insideNamespace(namespace, make)
}

/**
 * Has this thread do something inside another network namespace. It must be done when `action` returns: what it does
 * later happens elsewhere.
 */
export function insideNamespace<T>(namespace: Fd, action: () => T): T {
  using home = openNamespace(own)
  // Entering the own namespace changes nothing and asks for the same right as the way back.
  enter(home, 'making sure of the way back into the own network namespace')
  enter(namespace, `entering ${namespace.what}`)
  try {
    return action()
  } finally {
    enter(home, 'coming back into the own network namespace')
  }
}

/** Has this thread, and threads that it starts from now on, be in another network namespace for good. */
export function enterNamespace(namespace: Fd): void {
  enter(namespace, `entering ${namespace.what}`)
}

function enter(namespace: Fd, doing: string): void {
  check(libc.setns(namespace.number, CLONE_NEWNET), { doing, syscall: 'setns', capability })
}

/** The network namespace that this thread made for itself. */
export interface OwnNamespace {
  inode: number
  /** Sets a sysctl of this namespace, `net.ipv4.tcp_no_metrics_save`. */
  setSysctl(name: string, value: string): void
}

/**
 * Leaves the present network namespace for a new, empty one without a name: it ends with the last process in it. Only
 * for a process of its own: sockets and threads that exist already stay in the old namespace.
 */
export function unshareNetwork(): OwnNamespace {
  unshare()
  const inode = namespaceInode()
  return {
    inode,
    setSysctl(name, value) {
      if (namespaceInode() !== inode) throw new UsageError(`${name}: the thread has left the namespace it made`)
      writeSysctl(name, value)
    },
  }
}

/**
 * Makes a network namespace with no process in it: it ends when the descriptor is closed, and so with this process at
 * the latest. The thread comes back within this call.
 */
export function createNamespace(): Fd {
  using home = openNamespace(own)
  enter(home, 'making sure of the way back into the own network namespace')
  unshare()
  try {
    return openNamespace(own)
  } finally {
    enter(home, 'coming back into the own network namespace')
  }
}

/** Sets a sysctl of a namespace that was made for a test. The one that this thread is in is none. */
export function setNamespaceSysctl(namespace: Fd, name: string, value: string): void {
  if (namespaceInode(namespace) === namespaceInode()) throw new UsageError(`${name}: this is the thread's own namespace`)
  insideNamespace(namespace, () => writeSysctl(name, value))
}

function unshare(): void {
  check(libc.unshare(CLONE_NEWNET), { doing: 'making a network namespace', syscall: 'unshare', capability })
}

/** Of the network namespace that this thread is in. */
function writeSysctl(name: string, value: string): void {
  if (!/^net(\.[\w-]+)+$/.test(name)) throw new UsageError(`"${name}" is not a network sysctl such as net.ipv4.tcp_ecn`)
  try {
    writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value)
  } catch (error) {
    throw fileError(error, {
      doing: `setting ${name} to "${value}"`,
      syscall: 'write',
      capability: 'CAP_NET_ADMIN',
      hints: { ENOENT: 'this kernel has no such setting, or none that belongs to a network namespace' },
    })
  }
}
