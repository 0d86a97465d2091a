import type { RingMemory } from '../../kernel/index.ts'
import { addressOf, baseOf, offsetOf, upperOf } from './address.ts'
import { ConsumerRing } from './consumer.ts'
import { ProducerRing } from './producer.ts'

/** Bits of a descriptor's options. ABI: linux/if_xdp.h. */
export const DESC = {
  /** The packet goes on in the next descriptor: XDP_PKT_CONTD, Linux 6.6. */
  CONTINUED: 1,
  /** Metadata stand before the packet: XDP_TX_METADATA, Linux 6.8. */
  TX_METADATA: 2,
} as const

/** Frames that the kernel may receive into. */
export class FillRing extends ProducerRing {
  constructor(memory: RingMemory) {
    super('fill ring', memory, 2)
  }

  /** Writes entry `k` of those that are reserved. */
  set(k: number, address: number): void {
    const at = this.entry(k) * 2
    this.words[at] = address
    this.words[at + 1] = upperOf(address)
  }

  /** Reserves an entry and writes it; it is to be submitted later. False when the ring is full. */
  push(address: number): boolean {
    if (this.reserve(1) === 0) return false
    this.set(this.pending - 1, address)
    return true
  }
}

/** Packets to be sent. */
export class TxRing extends ProducerRing {
  constructor(memory: RingMemory) {
    super('tx ring', memory, 4)
  }

  /** Writes entry `k` of those that are reserved. `length` is in bytes, `options` are bits of `DESC`. */
  set(k: number, address: number, length: number, options = 0): void {
    const at = this.entry(k) * 4
    this.words[at] = address
    this.words[at + 1] = upperOf(address)
    this.words[at + 2] = length
    this.words[at + 3] = options
  }

  /** Reserves an entry and writes it; it is to be submitted later. False when the ring is full. */
  push(address: number, length: number, options = 0): boolean {
    if (this.reserve(1) === 0) return false
    this.set(this.pending - 1, address, length, options)
    return true
  }
}

/** Packets that were received. */
export class RxRing extends ConsumerRing {
  constructor(memory: RingMemory) {
    super('rx ring', memory, 4)
  }

  /** Where the packet of entry `k` begins. */
  address(k: number): number {
    const at = this.entry(k) * 4
    return addressOf(this.words[at] ?? 0, this.words[at + 1] ?? 0)
  }

  /** The packet's length, or the one of this part of it, bytes. */
  length(k: number): number {
    return this.words[this.entry(k) * 4 + 2] ?? 0
  }

  /** Bits of `DESC`. */
  options(k: number): number {
    return this.words[this.entry(k) * 4 + 3] ?? 0
  }

  /** Of an unaligned umem: the address that stood in the fill ring, and is to go there again. */
  base(k: number): number {
    const at = this.entry(k) * 4
    return baseOf(this.words[at] ?? 0, this.words[at + 1] ?? 0)
  }

  /** Of an unaligned umem: how far after `base` the packet begins. */
  offset(k: number): number {
    return offsetOf(this.words[this.entry(k) * 4 + 1] ?? 0)
  }
}

/** Packets that were sent, whose frames are free again. */
export class CompletionRing extends ConsumerRing {
  constructor(memory: RingMemory) {
    super('completion ring', memory, 2)
  }

  /** The address that stood in the tx ring. */
  address(k: number): number {
    const at = this.entry(k) * 2
    return addressOf(this.words[at] ?? 0, this.words[at + 1] ?? 0)
  }
}
