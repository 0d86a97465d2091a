import { check } from './errno.ts'
import { mapMemory, unmapMemory, viewMemory } from './libc.ts'

// ABI: sys/mman.h.
const PROT_READ = 1
const PROT_WRITE = 2
const MAP_SHARED = 1
const MAP_PRIVATE = 2
const MAP_ANONYMOUS = 0x20
const MAP_POPULATE = 0x8000
const MAP_FIXED_NOREPLACE = 0x10_0000

const open = new Set<Mapping>()

export interface MappingOptions {
  /** From the start of the file, bytes: a multiple of the page size. */
  offset?: number
  /** What others write is seen, and what is written here is seen by others. Else it is a copy of the file's pages. */
  shared?: boolean
  writable?: boolean
  /** Where it must be. What is mapped there already stays, and then this fails. */
  address?: bigint
  /** Has all pages there at once, so that none is missing when it is first touched. */
  populate?: boolean
}

/** A range of a file or map in memory: `bytes` is a view of the kernel's pages without a copy. */
export class Mapping implements Disposable {
  /** What is mapped, for messages. */
  readonly what: string
  readonly address: bigint
  readonly #length: number
  #bytes: Uint8Array<ArrayBuffer> | undefined

  constructor(fd: number | undefined, length: number, what: string, options: MappingOptions = {}) {
    const { offset = 0, shared = false, writable = false, populate = false, address: wanted } = options
    const protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    const flags =
      (shared ? MAP_SHARED : MAP_PRIVATE) |
      (fd === undefined ? MAP_ANONYMOUS : 0) |
      (populate ? MAP_POPULATE : 0) |
      (wanted === undefined ? 0 : MAP_FIXED_NOREPLACE)
    const { result, address } = mapMemory(length, protection, flags, fd ?? -1, { offset, address: wanted ?? 0n })
    const where = wanted === undefined ? '' : ` at 0x${wanted.toString(16)}`
    check(result, {
      doing: `mapping ${what} into memory${where}`,
      syscall: 'mmap',
      hints: { EEXIST: 'this process has something else at that address', EBUSY: 'whoever mapped it first has it at another address' },
    })
    this.what = what
    this.address = address
    this.#length = length
    this.#bytes = viewMemory(address, length)
    open.add(this)
  }

  /** New pages of this process's own, writable and all zeros. */
  static ofNewPages(length: number, what: string): Mapping {
    return new Mapping(undefined, length, what, { writable: true, populate: true })
  }

  /** Throws after the mapping has been disposed of. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) throw new Error(`${this.what}: used after it was unmapped`)
    return this.#bytes
  }

  /** Views that somebody kept become empty, so that nobody reads what is not there any more. */
  [Symbol.dispose](): void {
    if (this.#bytes === undefined) return
    this.#bytes.buffer.transfer(0)
    this.#bytes = undefined
    open.delete(this)
    unmapMemory(this.address, this.#length)
  }
}

/** What is mapped, by what it is. */
export const openMappings = (): string[] => [...open].map(({ what }) => what)
