import { readSync, writeSync } from 'node:fs'
import { check } from './errno.ts'
import { Fd } from './fd.ts'
import * as libc from './libc.ts'

// ABI: EFD_CLOEXEC and EFD_NONBLOCK, bits/eventfd.h.
const EFD_CLOEXEC = 0o2000000
const EFD_NONBLOCK = 0o4000

/** An eventfd, by which one thread ends another's wait: its descriptor is readable after `call` until `clear`. */
export class Wakeup implements Disposable {
  readonly #fd = new Fd(check(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), { doing: 'making an eventfd', syscall: 'eventfd' }), 'an eventfd')

  get fd(): number {
    return this.#fd.number
  }

  call(): void {
    writeSync(this.fd, new Uint8Array(BigUint64Array.of(1n).buffer))
  }

  /** For the thread that waits and has only the number of the descriptor. There may be nothing to clear. */
  static clear(fd: number): void {
    try {
      readSync(fd, new Uint8Array(8))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}
