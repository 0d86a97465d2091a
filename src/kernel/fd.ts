import { close } from './libc.ts'

const open = new Set<Fd>()

/** A file descriptor that somebody owns: `using` closes it. */
export class Fd implements Disposable {
  /** What it refers to, for messages: `map "dctcp"`. */
  readonly what: string
  #number: number

  constructor(number: number, what: string) {
    this.#number = number
    this.what = what
    open.add(this)
  }

  /** The number. Throws once it has been closed, since the kernel may have given it to something else. */
  get number(): number {
    if (this.#number < 0) throw new Error(`${this.what}: used after it was closed`)
    return this.#number
  }

  get closed(): boolean {
    return this.#number < 0
  }

  /** Gives the number to an owner that closes it in its own way, such as a `net.Socket`. */
  release(): number {
    const number = this.number
    this.#number = -1
    open.delete(this)
    return number
  }

  [Symbol.dispose](): void {
    if (!this.closed) close(this.release())
  }
}

/** The descriptors that are open and owned by a `Fd`, by what they refer to. A test ends with none. */
export const openFds = (): string[] => [...open].map((fd) => fd.what)
