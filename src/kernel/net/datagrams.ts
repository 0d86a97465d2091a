import { constants } from 'node:os'
import { UsageError } from '../../errors/index.ts'
import { systemError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'

// ABI: struct mmsghdr of a 64-bit machine, bits/socket.h: msghdr of 56 bytes (name 0, iov 16, iovlen 24, control 32,
// controllen 40, flags 48), then the length; struct iovec: base, length.
const headerSize = 64
const vectorSize = 16
const controlSize = 128
// ABI: linux/socket.h.
const MSG_DONTWAIT = 0x40
const MSG_ERRQUEUE = 0x2000
// ABI: asm-generic/socket.h (SO_TIMESTAMPING is the type too); linux/in.h; linux/errqueue.h.
const SOL_SOCKET = 1
const SCM_TIMESTAMPING = 37
const SOL_IP = 0
const IP_TOS = 1
const IP_RECVERR = 11
const SO_EE_ORIGIN_TIMESTAMPING = 4

const { EAGAIN, EINTR, ENOBUFS, ECONNREFUSED } = constants.errno

/** Messages for sendmmsg(2) and recvmmsg(2), each with a place for its bytes; all memory is allocated once. */
class Messages {
  readonly payload: DataView
  readonly control: DataView
  readonly headers: DataView
  readonly address: bigint
  /** The kernel has the address of this memory, and nothing else here does. */
  readonly vectors: Uint8Array

  constructor(count: number, size: number) {
    const payload = new Uint8Array(size * count)
    const vectors = new Uint8Array(vectorSize * count)
    const headers = new Uint8Array(headerSize * count)
    const control = new Uint8Array(controlSize * count)
    this.vectors = vectors
    this.payload = new DataView(payload.buffer)
    this.control = new DataView(control.buffer)
    this.headers = new DataView(headers.buffer)
    this.address = libc.addressOf(headers)
    const [payloadAt, vectorsAt, controlAt] = [libc.addressOf(payload), libc.addressOf(vectors), libc.addressOf(control)]
    const vectorWords = new DataView(vectors.buffer)
    for (let index = 0; index < count; index += 1) {
      vectorWords.setBigUint64(index * vectorSize, payloadAt + BigInt(index * size), true)
      vectorWords.setBigUint64(index * vectorSize + 8, BigInt(size), true)
      this.headers.setBigUint64(index * headerSize + 16, vectorsAt + BigInt(index * vectorSize), true)
      this.headers.setBigUint64(index * headerSize + 24, 1n, true)
      this.headers.setBigUint64(index * headerSize + 32, controlAt + BigInt(index * controlSize), true)
    }
  }
}

/** Datagrams of one size that are sent together. Each begins with a number of the caller's and one that all have. */
export class DatagramSender {
  readonly size: number
  readonly most: number
  readonly #messages: Messages

  constructor({ size, most }: { size: number; most: number }) {
    if (!(size >= 8)) throw new UsageError('a datagram that is numbered has 8 bytes or more')
    this.size = size
    this.most = most
    this.#messages = new Messages(most, size)
    for (let index = 0; index < most; index += 1) this.#messages.headers.setBigUint64(index * headerSize + 32, 0n, true)
  }

  /** Sends `count` datagrams numbered from `first`. Answers how many the kernel has taken: none when it has no room now. */
  send(fd: Fd, first: number, count: number, run: number): number {
    const { payload, address } = this.#messages
    const wanted = Math.min(count, this.most)
    for (let index = 0; index < wanted; index += 1) {
      payload.setUint32(index * this.size, first + index)
      payload.setUint32(index * this.size + 4, run)
    }
    const result = libc.sendMessages(fd.number, address, wanted, MSG_DONTWAIT)
    if (result >= 0) return result
    if ([EAGAIN, EINTR, ENOBUFS, ECONNREFUSED].includes(-result)) return 0
    throw systemError(-result, {
      doing: `sending datagrams of ${this.size} bytes`,
      syscall: 'sendmmsg',
      hints: { EMSGSIZE: 'they are larger than the path takes' },
    })
  }
}

/** A time as `struct timespec` tells it, whose seconds are counted from `base`: ns, exact for 104 days. */
const timeAt = (view: DataView, at: number, base: number): number =>
  (view.getUint32(at, true) - base) * 1e9 + view.getUint32(at + 8, true)

export interface Arrival {
  /** What the sender numbered it. */
  number: number
  run: number
  /** When the interface received it, ns of CLOCK_REALTIME since `base`; NaN when the kernel did not say. */
  at: number
  /** The ECN field. */
  ecn: number
}

/** Takes datagrams and the times of those that were sent. `base` is in seconds of CLOCK_REALTIME. */
export class DatagramReceiver {
  readonly #messages: Messages
  readonly #most: number
  readonly #base: number
  readonly #arrival: Arrival = { number: 0, run: 0, at: 0, ecn: 0 }

  constructor({ most, base }: { most: number; base: number }) {
    this.#most = most
    this.#base = base
    this.#messages = new Messages(most, 8)
  }

  /** Hands over what has come, all of it; the object is used again for the next. Answers how many that were. */
  receive(fd: Fd, take: (arrival: Readonly<Arrival>) => void): number {
    const { payload } = this.#messages
    const arrival = this.#arrival
    let all = 0
    for (;;) {
      const count = this.#fill(fd, 0)
      for (let index = 0; index < count; index += 1) {
        arrival.number = payload.getUint32(index * 8)
        arrival.run = payload.getUint32(index * 8 + 4)
        this.#readControl(index)
        take(arrival)
      }
      all += count
      if (count < this.#most) return all
    }
  }

  /** Hands over when the driver got packets that were sent, by the kernel's number of each. */
  stamps(fd: Fd, take: (number: number, at: number) => void): number {
    let all = 0
    for (;;) {
      const count = this.#fill(fd, MSG_ERRQUEUE)
      for (let index = 0; index < count; index += 1) this.#readStamp(index, take)
      all += count
      if (count < this.#most) return all
    }
  }

  #fill(fd: Fd, flags: number): number {
    const { headers, address } = this.#messages
    for (let index = 0; index < this.#most; index += 1) headers.setBigUint64(index * headerSize + 40, BigInt(controlSize), true)
    const result = libc.receiveMessages(fd.number, address, this.#most, MSG_DONTWAIT | flags, null)
    if (result >= 0) return result
    // What the other end refused is not what is measured here.
    if ([EAGAIN, EINTR, ECONNREFUSED].includes(-result)) return 0
    throw systemError(-result, { doing: 'receiving datagrams', syscall: 'recvmmsg' })
  }

  #readControl(index: number): void {
    const { control } = this.#messages
    this.#arrival.at = Number.NaN
    this.#arrival.ecn = 0
    this.#eachControl(index, (level, type, at) => {
      if (level === SOL_SOCKET && type === SCM_TIMESTAMPING) this.#arrival.at = timeAt(control, at, this.#base)
      else if (level === SOL_IP && type === IP_TOS) this.#arrival.ecn = control.getUint8(at) & 3
    })
  }

  // ABI: struct sock_extended_err, linux/errqueue.h: u8 origin at 4, u32 data at 12: the number of the packet.
  #readStamp(index: number, take: (number: number, at: number) => void): void {
    const { control } = this.#messages
    let [time, number] = [Number.NaN, -1]
    this.#eachControl(index, (level, type, at) => {
      if (level === SOL_SOCKET && type === SCM_TIMESTAMPING) time = timeAt(control, at, this.#base)
      else if (level === SOL_IP && type === IP_RECVERR && control.getUint8(at + 4) === SO_EE_ORIGIN_TIMESTAMPING) {
        number = control.getUint32(at + 12, true)
      }
    })
    if (number >= 0) take(number, time)
  }

  // ABI: struct cmsghdr, bits/socket.h: size_t length with this header, s32 level, s32 type; each begins at a word.
  #eachControl(index: number, take: (level: number, type: number, at: number) => void): void {
    const { control, headers } = this.#messages
    const end = (index * controlSize) + headers.getUint32(index * headerSize + 40, true)
    for (let at = index * controlSize; at + 16 <= end; ) {
      const length = control.getUint32(at, true)
      if (length < 16) return
      take(control.getInt32(at + 8, true), control.getInt32(at + 12, true), at + 16)
      at += (length + 7) & ~7
    }
  }
}
