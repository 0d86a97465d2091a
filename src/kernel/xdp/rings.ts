import { ObjectError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import { Mapping } from '../mapping.ts'
import { littleEndian, u32 } from '../net/netlink.ts'
import { getXdpOption, setXdpOption, XDP_MMAP_OFFSETS, XDP_RX_RING, XDP_TX_RING, XDP_UMEM_COMPLETION_RING, XDP_UMEM_FILL_RING } from './options.ts'

export type RingKind = 'rx' | 'tx' | 'fill' | 'completion'

/** Where the parts of a ring lie in its mapping, bytes. */
export interface RingOffsets {
  producer: number
  consumer: number
  descriptors: number
  flags: number
}

/** A ring in memory that is shared with the kernel. */
export interface RingMemory {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offsets: RingOffsets
  /** How many entries it has: a power of two. */
  readonly size: number
}

// ABI: linux/if_xdp.h: the option that gives the ring its size, where it is mapped, and the size of an entry: a u64, or
// a struct xdp_desc.
const rings: Readonly<Record<RingKind, { option: number; name: string; page: number; entry: number }>> = {
  rx: { option: XDP_RX_RING, name: 'XDP_RX_RING', page: 0, entry: 16 },
  tx: { option: XDP_TX_RING, name: 'XDP_TX_RING', page: 0x8000_0000, entry: 16 },
  fill: { option: XDP_UMEM_FILL_RING, name: 'XDP_UMEM_FILL_RING', page: 0x1_0000_0000, entry: 8 },
  completion: { option: XDP_UMEM_COMPLETION_RING, name: 'XDP_UMEM_COMPLETION_RING', page: 0x1_8000_0000, entry: 8 },
}

/** Makes a ring of `size` entries, before the socket is bound. */
export function makeRing(fd: Fd, kind: RingKind, size: number): void {
  const { option, name } = rings[kind]
  setXdpOption(fd, option, u32(size), {
    doing: `making a ${kind} ring of ${size} entries`,
    option: name,
    hints: {
      EINVAL: 'the size of a ring is a power of two, and a socket has one ring of each kind',
      EBUSY: 'the socket is bound already',
      ENOMEM: 'there is not enough memory: make the ring smaller',
    },
  })
}

export type AllOffsets = Readonly<Record<RingKind, RingOffsets>>

// ABI: struct xdp_mmap_offsets, linux/if_xdp.h: four rings of four u64; of three before Linux 5.4, which has no flags.

const presentSize = 128
const olderSize = 96

/** XDP_MMAP_OFFSETS. */
export const ringOffsets = (fd: Fd): AllOffsets =>
  parseOffsets(getXdpOption(fd, XDP_MMAP_OFFSETS, presentSize, { doing: 'asking where the rings are', option: 'XDP_MMAP_OFFSETS' }))

export function parseOffsets(view: DataView): AllOffsets {
  const withFlags = view.byteLength === presentSize
  if (!withFlags && view.byteLength !== olderSize) {
    throw new ObjectError({ file: 'XDP_MMAP_OFFSETS', path: '', expected: `an answer of ${presentSize} or ${olderSize} bytes, not ${view.byteLength}` })
  }
  const ringAt = (ring: number): RingOffsets => {
    const at = ring * (withFlags ? 32 : 24)
    const word = (index: number): number => Number(view.getBigUint64(at + index * 8, littleEndian))
    const consumer = word(1)
    // The word after the consumer's is always zero on kernels that have no flags.
    return { producer: word(0), consumer, descriptors: word(2), flags: withFlags ? word(3) : consumer + 4 }
  }
  return { rx: ringAt(0), tx: ringAt(1), fill: ringAt(2), completion: ringAt(3) }
}

/** A ring of a socket in the memory of this process. While it is mapped, the socket stays open inside the kernel. */
export class MappedRing implements RingMemory, Disposable {
  readonly offsets: RingOffsets
  readonly size: number
  readonly #mapping: Mapping

  constructor(fd: Fd, kind: RingKind, size: number, all: AllOffsets) {
    const { page, entry } = rings[kind]
    this.offsets = all[kind]
    this.size = size
    const length = this.offsets.descriptors + size * entry
    this.#mapping = new Mapping(fd.number, length, `${kind} ring`, { offset: page, shared: true, writable: true, populate: true })
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#mapping.bytes
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}
