import {
  discardTcp,
  EPOLLRDHUP,
  type Fd,
  finishTcp,
  POLL,
  readAtLeast,
  resetOnClose,
  socketTcpInfo,
  throwTcpError,
  writeTcp,
} from '../../../kernel/index.ts'
import { decodeTcpInfo, type TcpInfo } from '../../../sockets/index.ts'
import type { Loop, Watched } from './loop.ts'

/** Who is told what happens to a stream. */
export interface StreamOwner {
  /** It stands. */
  connected?(): void
  /** More has come: `received` of the stream is all. */
  received?(): void
  /** All that was to be sent is the kernel's. */
  drained?(): void
  /** The other end sends no more. */
  ended(): void
  failed(error: Error): void
}

const zeros = new Uint8Array(1 << 20)
/** As much as recv(2) takes, which copies nothing. */
const mostRead = 1 << 30
/** Writes before others have their turn. */
const writesATurn = 4

/** A TCP connection that sends zeros and counts what comes, without a look at either. */
export class Stream {
  /** Bytes given to the kernel, and taken from it. */
  written = 0
  received = 0
  readonly #fd: Fd
  readonly #owner: StreamOwner
  readonly #watched: Watched
  #connecting: boolean
  #pending = 0
  #atLeast = 1
  #hasEnded = false
  #events = 0

  constructor(loop: Loop, fd: Fd, owner: StreamOwner, state: 'connecting' | 'connected') {
    this.#fd = fd
    this.#owner = owner
    this.#connecting = state === 'connecting'
    this.#events = this.#wanted()
    this.#watched = loop.watch(fd.number, this.#events, (events) => this.#guard(() => this.#ready(events)))
  }

  get isConnected(): boolean {
    return !this.#connecting
  }

  get isIdle(): boolean {
    return this.#pending === 0
  }

  /** Sends so many bytes behind what is not sent yet; Infinity until `stop`. */
  send(bytes: number): void {
    this.#pending += bytes
    this.#guard(() => this.#pump())
  }

  /** Sends no more than the kernel has. */
  stop(): void {
    this.#pending = 0
    this.#guard(() => this.#listen())
  }

  /** Tells the other end that nothing follows. */
  finish(): void {
    this.#guard(() => finishTcp(this.#fd.number))
  }

  /** The owner is told of what has come only when so many bytes have, or the last ones. */
  wakeAt(bytes: number): void {
    if (bytes === this.#atLeast) return
    this.#atLeast = bytes
    this.#guard(() => readAtLeast(this.#fd.number, bytes))
  }

  info(): TcpInfo {
    const bytes = socketTcpInfo(this.#fd.number)
    return decodeTcpInfo(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }

  /** In good order, or by a reset. */
  close({ orderly }: { orderly: boolean }): void {
    if (this.#fd.closed) return
    this.#watched.stop()
    try {
      if (orderly) resetOnClose(this.#fd.number, false)
    } finally {
      this.#fd[Symbol.dispose]()
    }
  }

  /** What the kernel refuses is the connection's end, and not this process's. */
  #guard(action: () => void): void {
    if (this.#fd.closed) return
    try {
      action()
    } catch (error) {
      this.#owner.failed(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #ready(events: number): void {
    if (this.#connecting) {
      if ((events & (POLL.OUT | POLL.ERR | POLL.HUP)) === 0) return
      throwTcpError(this.#fd.number, 'connecting')
      this.#connecting = false
      this.#owner.connected?.()
    } else if ((events & POLL.ERR) !== 0) throwTcpError(this.#fd.number, 'sending and receiving')
    if ((events & (POLL.IN | EPOLLRDHUP | POLL.HUP)) !== 0) this.#read()
    if (!this.#fd.closed) this.#pump()
  }

  #read(): void {
    if (this.#hasEnded) return
    const bytes = discardTcp(this.#fd.number, mostRead)
    if (bytes === undefined) return
    this.received += bytes
    if (bytes > 0) {
      this.#owner.received?.()
      return
    }
    this.#hasEnded = true
    this.#owner.ended()
  }

  #pump(): void {
    if (this.#connecting) return
    const before = this.#pending
    for (let writes = 0; writes < writesATurn && this.#pending > 0; writes += 1) {
      const asked = Math.min(this.#pending, zeros.length)
      const taken = writeTcp(this.#fd.number, zeros, asked)
      this.written += taken
      this.#pending -= taken
      if (taken < asked) break
    }
    this.#listen()
    if (before > 0 && this.#pending === 0) this.#owner.drained?.()
  }

  #listen(): void {
    const wanted = this.#wanted()
    if (wanted === this.#events) return
    this.#events = wanted
    this.#watched.set(wanted)
  }

  #wanted(): number {
    const reading = this.#hasEnded ? 0 : POLL.IN | EPOLLRDHUP
    return this.#connecting ? POLL.OUT : reading | (this.#pending > 0 ? POLL.OUT : 0)
  }
}
