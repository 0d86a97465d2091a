import { UsageError } from '../errors/index.ts'
import { type Fd, makeRing, MappedRing, Mapping, registerUmem, ringOffsets } from '../kernel/index.ts'
import { CompletionRing, FillRing } from './rings/rings.ts'
import { checkUmem, defaultRing, type SocketOptions, type UmemOptions } from './options.ts'

/** The fill and completion rings of one queue of a device: sockets of a umem that share the queue share them. */
interface Queue extends Disposable {
  readonly fill: FillRing
  readonly completion: CompletionRing
  users: number
}

/** What the first socket of a umem is bound with, and all others get. */
export type Bound = Required<Pick<SocketOptions, 'mode' | 'needWakeup' | 'multiBuffer'>>

/** A socket as far as its umem is concerned. */
interface Member extends Disposable {
  readonly fd: Fd
  readonly bound: Bound
  /** Its queue and device. */
  readonly place: string
  /** Gets the packets of its queue again, after another one on it is gone. */
  rejoin(): void
}

/** What a socket gets of its umem; disposed of when it leaves. */
interface Admission extends Disposable {
  readonly fill: FillRing
  readonly completion: CompletionRing
  /** A socket that is bound, whose umem is to be shared; undefined for the first. */
  readonly sharedWith: Member | undefined
  /** Whether no other socket is on the queue. */
  isLast(): boolean
}

/**
 * Memory for packets, in frames of one size, for any number of sockets on any queues and devices. It can be registered
 * as soon as it has a socket; what the kernel says of its sizes is said then.
 *
 * Disposing of it closes its sockets first.
 */
export class Umem implements Disposable {
  readonly frames: number
  /** Bytes. */
  readonly frameSize: number
  /** Bytes of all frames together. */
  readonly size: number
  readonly options: Readonly<UmemOptions>
  readonly #owned = new DisposableStack()
  readonly #memory: { readonly address: bigint; readonly bytes: Uint8Array<ArrayBuffer> }
  readonly #members = new Set<Member>()
  readonly #queues = new Map<string, Queue>()
  #closed = false

  constructor(options: UmemOptions) {
    const { frames, frameSize, size } = checkUmem(options)
    this.frames = frames
    this.frameSize = frameSize
    this.size = size
    this.options = options
    this.#memory = options.memory ?? this.#owned.use(Mapping.ofNewPages(size, 'umem'))
  }

  /** All of its memory: an address of a descriptor is an index here. Throws after it has been disposed of; a view of it is then empty. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#closed) throw new UsageError('the umem: used after it was closed')
    return this.#memory.bytes
  }

  /** The bytes of a packet, without a copy. It makes a view; where every nanosecond counts, use `bytes` with offsets. */
  data(address: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(address >= 0 && length >= 0 && address + length <= this.size)) {
      throw new UsageError(`the umem has ${this.size} bytes: there are no ${length} at ${address}`)
    }
    return this.bytes.subarray(address, address + length)
  }

  /** The address of the frame that an address lies in. Not for unaligned umems, where `RxRing.base` says it. */
  frameOf(address: number): number {
    return address - (address % this.frameSize)
  }

  /**
   * Takes a socket in that is about to be bound to a queue: the first registers the memory, and the first on a queue
   * makes the two rings of that queue.
   */
  admit(fd: Fd, place: string): Admission {
    if (this.#closed) throw new UsageError('the umem: used after it was closed')
    const members = [...this.#members]
    // The kernel wants it to be one of the same queue where there is one.
    const sharedWith = members.find((member) => member.place === place) ?? members[0]
    if (sharedWith === undefined) this.#register(fd)
    const known = this.#queues.get(place)
    const queue = known ?? this.#makeQueue(fd, place)
    queue.users += 1
    const leave = (): void => {
      queue.users -= 1
      if (queue.users > 0) return
      this.#queues.delete(place)
      queue[Symbol.dispose]()
    }
    const { fill, completion } = queue
    return { fill, completion, sharedWith, isLast: () => queue.users === 1, [Symbol.dispose]: leave }
  }

  #register(fd: Fd): void {
    const { headroom = 0, unaligned = false, txMetadata = 0, txSoftwareChecksum = false } = this.options
    const { address } = this.#memory
    registerUmem(fd, { address, length: this.size, frameSize: this.frameSize, headroom, unaligned, txMetadata, txSoftwareChecksum })
  }

  #makeQueue(fd: Fd, place: string): Queue {
    const { fill = defaultRing, completion = defaultRing } = this.options
    using undo = new DisposableStack()
    makeRing(fd, 'fill', fill)
    makeRing(fd, 'completion', completion)
    const offsets = ringOffsets(fd)
    const fillMemory = undo.use(new MappedRing(fd, 'fill', fill, offsets))
    const completionMemory = undo.use(new MappedRing(fd, 'completion', completion, offsets))
    const rings = { fill: new FillRing(fillMemory), completion: new CompletionRing(completionMemory) }
    undo.defer(() => {
      rings.fill.close()
      rings.completion.close()
    })
    const owned = undo.move()
    const queue = { ...rings, users: 0, [Symbol.dispose]: () => owned.dispose() }
    this.#queues.set(place, queue)
    return queue
  }

  /** Counts a socket among its own once it is bound. */
  add(member: Member): void {
    this.#members.add(member)
  }

  /** Forgets a socket that is closed. The newest that is left on its queue gets the packets from now on. */
  remove(member: Member): void {
    this.#members.delete(member)
    if (this.#closed) return
    const left = [...this.#members].findLast(({ place }) => place === member.place)
    left?.rejoin()
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    for (const member of this.#members) this.#owned.use(member)
    this.#owned.dispose()
  }
}

/** Makes a umem. It takes its memory at once, all of which stays in place as soon as it has a socket. */
export const createUmem = (options: UmemOptions = {}): Umem => new Umem(options)
