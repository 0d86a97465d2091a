import { check } from './errno.ts'
import { Fd } from './fd.ts'
import * as libc from './libc.ts'

/** What to wait for, and what has come: the bits of `POLL`, and this one. ABI: linux/eventpoll.h. */
export const EPOLLRDHUP = 0x2000

// ABI: EPOLL_CLOEXEC and EPOLL_CTL_*, linux/eventpoll.h.
const EPOLL_CLOEXEC = 0o2000000
const [EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD] = [1, 2, 3]

// ABI: struct epoll_event, linux/eventpoll.h: u32 events, u64 data. Packed on x86-64 alone.
const [eventSize, dataAt] = process.arch === 'x64' ? [12, 4] : [16, 8]

/** Waits for any number of descriptors by epoll(7). Each has a key of the caller's, a whole number of 32 bits. */
export class Epoll implements Disposable {
  readonly #fd: Fd
  readonly #most: number
  readonly #events: DataView
  readonly #eventsAddress: bigint
  readonly #change = new DataView(new ArrayBuffer(eventSize))
  readonly #changeAddress: bigint

  /** It tells of `most` descriptors at once. */
  constructor(most = 256) {
    this.#fd = new Fd(check(libc.epollCreate(EPOLL_CLOEXEC), { doing: 'making an epoll', syscall: 'epoll_create1' }), 'an epoll')
    this.#most = most
    this.#events = new DataView(new ArrayBuffer(most * eventSize))
    this.#eventsAddress = libc.addressOf(this.#events)
    this.#changeAddress = libc.addressOf(this.#change)
  }

  /** It can be read when one of the descriptors is ready. */
  get number(): number {
    return this.#fd.number
  }

  add(fd: number, events: number, key: number): void {
    this.#control(EPOLL_CTL_ADD, fd, events, key)
  }

  set(fd: number, events: number, key: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, key)
  }

  /** A descriptor that is closed is removed by itself. */
  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0)
  }

  /** How many are ready now: their keys and events are there until the next time. */
  poll(): number {
    const count = libc.epollWait(this.#fd.number, this.#eventsAddress, this.#most, 0)
    return check(count, { doing: 'asking which descriptors are ready', syscall: 'epoll_wait' })
  }

  keyAt(index: number): number {
    return this.#events.getUint32(index * eventSize + dataAt, true)
  }

  eventsAt(index: number): number {
    return this.#events.getUint32(index * eventSize, true)
  }

  #control(operation: number, fd: number, events: number, key: number): void {
    this.#change.setUint32(0, events, true)
    this.#change.setUint32(dataAt, key, true)
    check(libc.epollControl(this.#fd.number, operation, fd, this.#changeAddress), { doing: 'choosing what to wait for', syscall: 'epoll_ctl' })
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}
