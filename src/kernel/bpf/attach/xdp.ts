import type { Unlinked } from '../../../loader/index.ts'
import { SyscallError } from '../../../errors/index.ts'
import { Interfaces } from '../../net/rtnetlink.ts'
import type { Fd } from '../../fd.ts'
import { another, exchanged } from './another.ts'

/** An XDP program of an interface, set by netlink. */
export class XdpAttachment implements Unlinked {
  readonly way = 'xdp'
  readonly #interfaces: Interfaces
  readonly #place: { interface: number; flags: number }
  #program: Fd
  #attached = true

  constructor(program: Fd, { interface: index, flags }: { interface: number; flags: number }) {
    using owned = new DisposableStack()
    this.#interfaces = owned.use(new Interfaces())
    this.#place = { interface: index, flags }
    this.#program = owned.use(another(program.number, program.what))
    this.#interfaces.setXdp(index, { program: program.number, flags, expected: null })
    owned.move()
  }

  replace(program: Fd): void {
    this.#program = exchanged(this.#program, program, () => this.#set(program.number))
  }

  leave(): void {
    this.#attached = false
    this.#interfaces[Symbol.dispose]()
    this.#program[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (!this.#attached) return
    try {
      this.#set(-1)
    } catch (error) {
      // EEXIST: another program runs there by now.
      if (!(error instanceof SyscallError) || !['EEXIST', 'ENODEV', 'ENOENT'].includes(error.errno)) throw error
    } finally {
      this.leave()
    }
  }

  #set(program: number): void {
    this.#interfaces.setXdp(this.#place.interface, { program, flags: this.#place.flags, expected: this.#program.number })
  }
}
