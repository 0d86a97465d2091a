import { fstatSync } from 'node:fs'
import { SyscallError } from '../../../errors/index.ts'
import type { Unlinked } from '../../../loader/index.ts'
import { check } from '../../errno.ts'
import type { Fd } from '../../fd.ts'
import { setsockopt } from '../../libc.ts'

// ABI: asm-generic/socket.h.
const SOL_SOCKET = 1
const options = {
  socket: { attach: ['SO_ATTACH_BPF', 50], detach: ['SO_DETACH_BPF', 27] },
  reuseport: { attach: ['SO_ATTACH_REUSEPORT_EBPF', 52], detach: ['SO_DETACH_REUSEPORT_BPF', 68] },
} as const

/** A program of a socket, or of those that share its port. The socket stays the caller's: closed, it has no program. */
export class SocketAttachment implements Unlinked {
  readonly way: keyof typeof options
  readonly #socket: number
  readonly #inode: number
  #attached = true

  constructor(program: Fd, to: { way: keyof typeof options; file: number }) {
    this.way = to.way
    this.#socket = to.file
    this.#inode = fstatSync(to.file).ino
    this.replace(program)
  }

  replace(program: Fd): void {
    this.#set(options[this.way].attach, program.number, `attaching ${program.what} to a socket`)
  }

  leave(): void {
    this.#attached = false
  }

  [Symbol.dispose](): void {
    if (!this.#attached) return
    this.#attached = false
    // The number may belong to another file by now.
    if (inodeOf(this.#socket) !== this.#inode) return
    try {
      this.#set(options[this.way].detach, 0, 'detaching the program of a socket')
    } catch (error) {
      // Somebody else took the program away.
      if (!(error instanceof SyscallError) || error.errno !== 'ENOENT') throw error
    }
  }

  #set([word, name]: readonly [string, number], value: number, doing: string): void {
    check(setsockopt(this.#socket, SOL_SOCKET, name, new Uint8Array(Int32Array.of(value).buffer), 4), {
      doing,
      syscall: `setsockopt(${word})`,
      capability: 'CAP_NET_ADMIN',
      hints: {
        EINVAL: this.way === 'reuseport' ? 'the socket has to have SO_REUSEPORT, or to be bound' : 'the program is none for sockets',
        ENOTSOCK: 'the file is not a socket',
      },
    })
  }
}

function inodeOf(fd: number): number | undefined {
  try {
    return fstatSync(fd).ino
  } catch {
    return undefined
  }
}
