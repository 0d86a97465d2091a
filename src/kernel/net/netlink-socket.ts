import { constants } from 'node:os'
import { SyscallError } from '../../errors/index.ts'
import { type Attempt, check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { openSocket } from './namespace.ts'
import { type Attribute, encodeRequest, type NetlinkMessage, u32 } from './netlink.ts'
import { Datagrams, readDump } from './netlink-dump.ts'
import { throwIfFailed } from './netlink-error.ts'

// ABI: the numbers of linux/netlink.h and linux/socket.h.
const AF_NETLINK = 16
const SOCK_RAW = 3
const SOL_NETLINK = 270
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12
const NLM_F_REQUEST = 1
const NLM_F_ACK = 4
const NLM_F_ECHO = 8
const NLM_F_DUMP = 0x300
const NLMSG_ERROR = 2

// ABI: SOL_SOCKET and SO_RCVTIMEO, asm-generic/socket.h, with the struct timeval of a 64-bit machine.
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const timeval = new Uint8Array(BigInt64Array.of(5n, 0n).buffer)

// ABI: MSG_TRUNC, linux/socket.h: recv answers the true length, even when the buffer was too short.
const MSG_TRUNC = 0x20

/** A request without its sequence number and standard flags. */
export interface Request {
  type: number
  flags?: number
  fixed: Uint8Array
  attributes?: readonly Attribute[]
}

/** A netlink socket. Its calls block, since the kernel answers while the request is being sent. */
export class NetlinkSocket implements Disposable {
  readonly #fd: Fd
  #sequence = 0

  /** `protocol` is NETLINK_ROUTE, for example; `namespace` is where it asks, the own network namespace by default. */
  constructor(protocol: number, namespace?: Fd) {
    this.#fd = openSocket({ domain: AF_NETLINK, type: SOCK_RAW, protocol, what: 'a netlink socket' }, namespace)
    // Kernels before 4.12 and 4.20 lack these; without them an error only comes without its explanation.
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
      libc.setsockopt(this.#fd.number, SOL_NETLINK, option, u32(1), 4)
    }
    libc.setsockopt(this.#fd.number, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length)
  }

  /** Sends a request and waits for the kernel's acknowledgement. */
  request(request: Request, attempt: Attempt): void {
    this.#ask(request, 0, () => undefined, attempt)
  }

  /** The same; false when the kernel answers one of `expected`, by name. */
  try(request: Request, expected: readonly string[], attempt: Attempt): boolean {
    try {
      this.request(request, attempt)
      return true
    } catch (error) {
      if (error instanceof SyscallError && expected.includes(error.errno)) return false
      throw error
    }
  }

  /** What `parse` makes of the messages in which the kernel says what a request has made. */
  echo<T>(request: Request, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt): T[] {
    return this.#ask(request, NLM_F_ECHO, parse, attempt)
  }

  #ask<T>(request: Request, flags: number, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt): T[] {
    const sequence = this.#send(request, NLM_F_ACK | flags, attempt)
    const found: T[] = []
    for (;;) {
      for (const message of this.#receive(sequence, attempt)) {
        if (message.type === NLMSG_ERROR) {
          throwIfFailed(message, attempt)
          return found
        }
        const parsed = parse(message)
        if (parsed !== undefined) found.push(parsed)
      }
    }
  }

  /**
   * What `parse` makes of each message of a dump; undefined is left out. Given `into`, the answers stay there as they
   * came. Throws a `SyscallError` EINTR when the list changed during each of several tries.
   */
  dump<T>(request: Request, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt, into = new Datagrams()): T[] {
    const ask = () => this.#send(request, NLM_F_DUMP, attempt)
    return readDump({ ask, receive: (room) => this.#receiveBytes(room, attempt) }, into, parse, attempt)
  }

  #send(request: Request, flags: number, attempt: Attempt): number {
    this.#sequence += 1
    const bytes = encodeRequest({
      type: request.type,
      flags: NLM_F_REQUEST | flags | (request.flags ?? 0),
      sequence: this.#sequence,
      fixed: request.fixed,
      attributes: request.attributes ?? [],
    })
    check(libc.send(this.#fd.number, bytes, bytes.length, 0), { ...attempt, syscall: `${attempt.syscall}: send` })
    return this.#sequence
  }

  /** The messages of the next datagram that answer this request; an answer to an abandoned dump is passed over. */
  #receive(sequence: number, attempt: Attempt): NetlinkMessage[] {
    const datagrams = new Datagrams()
    return datagrams.append((room) => this.#receiveBytes(room, attempt)).filter((message) => message.sequence === sequence)
  }

  #receiveBytes(room: Uint8Array, attempt: Attempt): number {
    for (;;) {
      const length = libc.recv(this.#fd.number, room, room.length, MSG_TRUNC)
      // With a receive timeout a signal ends the call, however its handler was installed.
      if (length === -constants.errno.EINTR) continue
      return check(length, { ...attempt, syscall: `${attempt.syscall}: recv` })
    }
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}
