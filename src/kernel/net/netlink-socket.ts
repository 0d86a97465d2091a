import { constants } from 'node:os'
import { SyscallError } from '../../errors/index.ts'
import { type Attempt, check, errnoName, systemError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { openSocket } from './namespace.ts'
import {
  type Attribute,
  attributeText,
  damaged,
  eachAttribute,
  encodeRequest,
  littleEndian,
  messages,
  type NetlinkMessage,
  u32,
} from './netlink.ts'

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
const NLM_F_DUMP_INTR = 0x10
const NLM_F_CAPPED = 0x100
const NLM_F_DUMP = 0x300
const NLM_F_ACK_TLVS = 0x200
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const NLMSGERR_ATTR_MSG = 1

// ABI: SOL_SOCKET and SO_RCVTIMEO, asm-generic/socket.h, with the struct timeval of a 64-bit machine.
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const timeval = new Uint8Array(BigInt64Array.of(5n, 0n).buffer)

// ABI: MSG_TRUNC, linux/socket.h: recv answers the true length, even when the buffer was too short.
const MSG_TRUNC = 0x20

/** A dump that changed while it ran is asked for again, this often. */
const dumpTries = 8

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
  readonly #buffer = new Uint8Array(1 << 16)
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

  /** What `parse` makes of each message of a dump; undefined is left out. */
  dump<T>(request: Request, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt): T[] {
    for (let tries = 0; tries < dumpTries; tries++) {
      const { found, interrupted } = this.#dumpOnce(request, parse, attempt)
      if (!interrupted) return found
    }
    throw new SyscallError({
      doing: attempt.doing,
      syscall: attempt.syscall,
      errno: 'EINTR',
      hint: `the list changed during each of ${dumpTries} tries: try again when the machine is calmer`,
    })
  }

  #dumpOnce<T>(
    request: Request,
    parse: (message: NetlinkMessage) => T | undefined,
    attempt: Attempt,
  ): { found: T[]; interrupted: boolean } {
    const sequence = this.#send(request, NLM_F_DUMP, attempt)
    const found: T[] = []
    let interrupted = false
    for (;;) {
      for (const message of this.#receive(sequence, attempt)) {
        interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
        if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) {
          throwIfFailed(message, attempt)
          return { found, interrupted }
        }
        const parsed = parse(message)
        if (parsed !== undefined) found.push(parsed)
      }
    }
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
    const length = this.#receiveBytes(attempt)
    if (length > this.#buffer.length) damaged('datagram', `one of ${length} bytes`)
    return [...messages(new DataView(this.#buffer.buffer, 0, length))].filter(
      (message) => message.sequence === sequence,
    )
  }

  #receiveBytes(attempt: Attempt): number {
    for (;;) {
      const length = libc.recv(this.#fd.number, this.#buffer, this.#buffer.length, MSG_TRUNC)
      // With a receive timeout a signal ends the call, however its handler was installed.
      if (length === -constants.errno.EINTR) continue
      return check(length, { ...attempt, syscall: `${attempt.syscall}: recv` })
    }
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}

// ABI: struct nlmsgerr, linux/netlink.h: s32 error, then the request's header. NLMSG_DONE begins with the same s32.
function throwIfFailed({ type, flags, view, start, end }: NetlinkMessage, attempt: Attempt): void {
  if (end - start < 4) damaged('acknowledgement', `one of ${end - start} bytes`)
  const error = view.getInt32(start, littleEndian)
  if (error >= 0) return
  const explained =
    (flags & NLM_F_ACK_TLVS) !== 0 ? explanation(view, attributesStart(type, flags, view, start), end) : ''
  const name = errnoName(-error)
  const hint = [explained && `the kernel says: ${explained}`, attempt.hints?.[name]].filter(Boolean).join('; ')
  throw systemError(-error, hint === '' ? attempt : { ...attempt, hints: { [name]: hint } })
}

function attributesStart(type: number, flags: number, view: DataView, start: number): number {
  if (type === NLMSG_DONE) return start + 4
  if ((flags & NLM_F_CAPPED) !== 0 || start + 8 > view.byteLength) return start + 20
  return start + 4 + ((view.getUint32(start + 4, littleEndian) + 3) & ~3)
}

function explanation(view: DataView, start: number, end: number): string {
  let text = ''
  eachAttribute(view, start, end, (type, at, length) => {
    if (type === NLMSGERR_ATTR_MSG) text = attributeText(view, at, length)
  })
  return text
}
