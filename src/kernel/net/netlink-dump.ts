import { SyscallError } from '../../errors/index.ts'
import type { Attempt } from '../errno.ts'
import { damaged, messages, type NetlinkMessage } from './netlink.ts'
import { throwIfFailed } from './netlink-error.ts'

// ABI: linux/netlink.h.
const NLMSG_ERROR = 2
const NLMSG_DONE = 3
const NLM_F_DUMP_INTR = 0x10

/** A dump that changed while it ran is asked for again, this often. */
const dumpTries = 8

/** The longest datagram that is taken. Kernels send up to 32 KiB. */
const longest = 1 << 16

/** Answers as they came, one datagram after the other. It grows as they come. */
export class Datagrams {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView<ArrayBuffer>
  #length = 0

  /** `expected` bytes are set aside to begin with, in `memory` if that is enough. What was in it is lost. */
  constructor(expected = 0, memory?: ArrayBuffer) {
    const room = longest + expected
    this.#bytes = memory !== undefined && memory.byteLength >= room ? new Uint8Array(memory) : new Uint8Array(room)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** All bytes; those after `length` mean nothing. */
  get view(): DataView<ArrayBuffer> {
    return this.#view
  }

  get length(): number {
    return this.#length
  }

  /** Takes what came after the first `length` bytes away again. */
  cut(length: number): void {
    this.#length = length
  }

  /** `receive` writes a datagram and answers its length. The answer is its messages, where they lie now. */
  append(receive: (room: Uint8Array) => number): NetlinkMessage[] {
    if (this.#bytes.length - this.#length < longest) this.#grow()
    const start = this.#length
    const room = this.#bytes.subarray(start, start + longest)
    const length = receive(room)
    if (length > room.length) damaged('datagram', `one of ${length} bytes`)
    this.#length += length
    return messages(this.#view, start, start + length)
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length)
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** The two ends of a netlink socket, as far as a dump needs them. */
export interface DumpSource {
  /** Sends the request, and answers with its sequence number. */
  ask: () => number
  /** Writes the next datagram, and answers its length. */
  receive: (room: Uint8Array) => number
}

/**
 * What `parse` makes of each message of a dump, which is kept in `into`. A dump that the kernel says was interrupted is
 * asked for again, and at last a `SyscallError` EINTR is thrown. Answers to other requests are passed over.
 */
export function readDump<T>(source: DumpSource, into: Datagrams, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt): T[] {
  const start = into.length
  for (let tries = 0; tries < dumpTries; tries++) {
    into.cut(start)
    const found = readOnce(source, into, parse, attempt)
    if (found !== undefined) return found
  }
  throw new SyscallError({
    doing: attempt.doing,
    syscall: attempt.syscall,
    errno: 'EINTR',
    hint: `the list changed during each of ${dumpTries} tries: try again when the machine is calmer`,
  })
}

/** Undefined when it was interrupted. It is read to its end then too, so that the next answer is the next request's. */
function readOnce<T>(source: DumpSource, into: Datagrams, parse: (message: NetlinkMessage) => T | undefined, attempt: Attempt): T[] | undefined {
  const sequence = source.ask()
  const found: T[] = []
  let interrupted = false
  for (;;) {
    for (const message of into.append(source.receive)) {
      if (message.sequence !== sequence) continue
      interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
      if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) {
        throwIfFailed(message, attempt)
        return interrupted ? undefined : found
      }
      const parsed = parse(message)
      if (parsed !== undefined) found.push(parsed)
    }
  }
}
