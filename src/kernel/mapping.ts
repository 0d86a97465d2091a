import { check } from './errno.ts'
import { mapMemory, unmapMemory, viewMemory } from './libc.ts'

// ABI: sys/mman.h.
const PROT_READ = 1
const MAP_PRIVATE = 2

/**
 * A range of a file or map in memory. `bytes` is a view of the kernel's pages without a copy, and must not be touched
 * after the mapping has been disposed of: nothing would catch that but the processor.
 */
export class Mapping implements Disposable {
  readonly #address: bigint
  readonly #length: number
  #bytes: Uint8Array | undefined

  /** Maps `length` bytes of an open file from its start, to be read. */
  constructor(fd: number, length: number, what: string) {
    const { result, address } = mapMemory(length, PROT_READ, MAP_PRIVATE, fd, 0)
    check(result, { doing: `mapping ${what} into memory`, syscall: 'mmap' })
    this.#address = address
    this.#length = length
    this.#bytes = viewMemory(address, length)
  }

  get bytes(): Uint8Array {
    if (this.#bytes === undefined) throw new Error('a mapping was used after it was disposed of')
    return this.#bytes
  }

  [Symbol.dispose](): void {
    if (this.#bytes === undefined) return
    this.#bytes = undefined
    unmapMemory(this.#address, this.#length)
  }
}
