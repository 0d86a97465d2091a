import koffi from 'koffi'
import { check } from './errno.ts'
import { Fd } from './fd.ts'
import { duplicate } from './libc.ts'

/**
 * Tells when a descriptor can be read, through the event loop of node. It keeps a descriptor of its own, so that the
 * watched one may be closed first. The functions of koffi that are used here are not part of its documentation.
 */
export class Watch implements Disposable {
  readonly #fd: Fd
  readonly #handle: ReturnType<typeof koffi.node.poll>
  readonly #edge: boolean
  #waiting: (() => void) | undefined
  #started = false
  #missed = false

  /**
   * `edge` is for descriptors that say only once that they can be read, as those of perf events do: the event loop's
   * asking for the first time counts too. They are watched all the time.
   */
  constructor(fd: { readonly number: number }, what: string, { edge = false } = {}) {
    const number = check(duplicate(fd.number), { doing: `watching ${what}`, syscall: 'fcntl' })
    this.#fd = new Fd(number, `watch of ${what}`)
    this.#edge = edge
    this.#handle = koffi.node.poll(number, { readable: true }, () => this.#wake())
    this.#handle.stop()
  }

  /** Calls back once, when there may be something to read. Until then it keeps the process alive. */
  once(callback: () => void): void {
    this.#waiting = callback
    this.#handle.ref()
    if (!this.#edge || !this.#started) this.#handle.start({ readable: true }, () => this.#wake())
    // Whatever came before the event loop asked for the first time is not told any more.
    if (this.#edge && (!this.#started || this.#missed)) setImmediate(() => this.#wake())
    this.#started = true
    this.#missed = false
  }

  cancel(): void {
    this.#waiting = undefined
    if (this.#fd.closed) return
    if (this.#edge) this.#handle.unref()
    else this.#handle.stop()
  }

  #wake(): void {
    const callback = this.#waiting
    this.#missed = callback === undefined
    this.cancel()
    callback?.()
  }

  [Symbol.dispose](): void {
    if (this.#fd.closed) return
    this.#waiting = undefined
    this.#handle.stop()
    this.#handle.close()
    this.#fd[Symbol.dispose]()
  }
}
