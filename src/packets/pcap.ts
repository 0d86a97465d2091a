import { endianness } from 'node:os'

// ABI: the file format of libpcap, pcap-savefile(5): u32 magic (this one says that times are ns), u16 and u16 version,
// u32 and u32 zero, u32 snapshot length, u32 link type. Byte order is the writer's, and the magic tells it.
const magic = 0xa1b2_3c4d
const version = [2, 4] as const
const LINKTYPE_ETHERNET = 1
const fileHeader = 24
// u32 seconds, u32 ns, u32 bytes that follow, u32 bytes that the packet had.
const recordHeader = 16

const littleEndian = endianness() === 'LE'

/** The most bytes that tcpdump takes of one packet. */
export const largestSnaplen = 262_144

/** Since 1970. */
export interface WallTime {
  seconds: number
  nanoseconds: number
}

/**
 * Packets as a pcap file with times in ns, in large pieces: `write` is given each piece when it is full, and must be
 * done with it when it returns. A packet is copied once and nothing is allocated for it.
 */
export class PcapWriter {
  readonly #snaplen: number
  readonly #write: (bytes: Uint8Array) => void
  readonly #bytes: Buffer
  readonly #view: DataView
  #filled = 0

  constructor(write: (bytes: Uint8Array) => void, { snaplen = largestSnaplen, room = 1 << 20 } = {}) {
    this.#snaplen = snaplen
    this.#write = write
    this.#bytes = Buffer.alloc(Math.max(room, fileHeader, recordHeader + snaplen))
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
    this.#u32(magic)
    for (const number of version) this.#u16(number)
    for (const number of [0, 0, snaplen, LINKTYPE_ETHERNET]) this.#u32(number)
  }

  /** Adds a packet of `length` bytes, of which the first `there` stand from `at` on in `memory`. */
  add(memory: Buffer, at: number, length: number, { seconds, nanoseconds }: WallTime, there = length): void {
    const kept = Math.min(there, this.#snaplen)
    if (this.#filled + recordHeader + kept > this.#bytes.length) this.flush()
    this.#u32(seconds)
    this.#u32(nanoseconds)
    this.#u32(kept)
    this.#u32(length)
    // Buffer's copy makes no view of the part, as set(subarray()) would.
    memory.copy(this.#bytes, this.#filled, at, at + kept)
    this.#filled += kept
  }

  /** Gives away what there is. */
  flush(): void {
    if (this.#filled === 0) return
    const length = this.#filled
    this.#filled = 0
    this.#write(this.#bytes.subarray(0, length))
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#filled, value, littleEndian)
    this.#filled += 2
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#filled, value, littleEndian)
    this.#filled += 4
  }
}
