import { UsageError } from '../errors/index.ts'
import {
  bindXdp,
  type BusyPolling,
  type Fd,
  LinuxTarget,
  makeRing,
  MappedRing,
  openXdpSocket,
  ringOffsets,
  setBusyPolling,
  takeXdpSocket,
  wakeRx,
  wakeTx,
  Watch,
  XDP_BIND,
  xdpOptions,
  type XdpStatistics,
  xdpStatistics,
} from '../kernel/index.ts'
import type { Handle } from '../loader/index.ts'
import { type Device, findDevice } from './device.ts'
import { arrive, leave, patienceFor } from './leaving.ts'
import { checkRingSize, defaultRing, type SocketOptions } from './options.ts'
import { putSocket, RedirectProgram } from './redirect.ts'
import { type CompletionRing, type FillRing, RxRing, TxRing } from './rings/rings.ts'
import type { Bound, Umem } from './umem.ts'

/**
 * A socket of AF_XDP, bound to one queue of an interface. The frames in its fill ring get the packets, which are then in
 * its rx ring; what is put into its tx ring is sent, and is then in its completion ring.
 */
export class XskSocket implements Disposable {
  readonly umem: Umem
  readonly device: Device
  readonly queue: number
  readonly fd: Fd
  /** The same for all sockets of the umem on this queue. */
  readonly fill: FillRing
  readonly completion: CompletionRing
  /** The queue among all of the umem. */
  readonly place: string
  /** How the kernel has bound it, and all sockets of the umem. */
  readonly bound: Bound
  readonly #rx: RxRing | undefined
  readonly #tx: TxRing | undefined
  readonly #program: RedirectProgram | undefined
  readonly #owned = new DisposableStack()
  #watch: Watch | undefined
  #waiting: PromiseWithResolvers<void> | undefined
  #closed = false

  constructor(umem: Umem, options: SocketOptions) {
    const { queue = 0, rx = defaultRing, tx = defaultRing } = options
    checkSocket(options)
    using undo = new DisposableStack()
    this.umem = umem
    this.queue = queue
    this.device = findDevice(options.interface, options.namespace)
    this.place = `${this.device.key}/${queue}`
    this.fd = undo.use(options.fd === undefined ? openXdpSocket(options.namespace) : takeXdpSocket(options.fd))
    const admission = undo.use(umem.admit(this.fd, this.place))
    const { sharedWith } = admission
    if (sharedWith !== undefined) checkShared(options, sharedWith.bound)
    this.fill = admission.fill
    this.completion = admission.completion
    if (rx > 0) makeRing(this.fd, 'rx', rx)
    if (tx > 0) makeRing(this.fd, 'tx', tx)
    const offsets = ringOffsets(this.fd)
    const ring = <R extends { close(): void }>(kind: 'rx' | 'tx', size: number, Ring: new (memory: MappedRing) => R): R | undefined =>
      size === 0 ? undefined : undo.adopt(new Ring(undo.use(new MappedRing(this.fd, kind, size, offsets))), (made) => made.close())
    this.#rx = ring('rx', rx, RxRing)
    this.#tx = ring('tx', tx, TxRing)
    const flags = sharedWith === undefined ? bindFlags(options) : XDP_BIND.SHARED_UMEM
    const { name, index } = this.device
    bindXdp(this.fd, { name, index, queue, flags, patienceMs: patienceFor(this.place), ...(sharedWith === undefined ? {} : { sharedWith: sharedWith.fd }) })
    arrive(this.place)
    const { needWakeup = true, multiBuffer = false } = options
    this.bound = sharedWith?.bound ?? { mode: this.zeroCopy ? 'zero-copy' : 'copy', needWakeup, multiBuffer }
    undo.defer(() => {
      if (admission.isLast()) leave(this.place)
    })
    this.#program = this.#enter(options, undo)
    umem.add(this)
    this.#owned.use(undo.move())
  }

  /** Takes part in the program that hands packets over. */
  #enter({ program = this.#rx === undefined ? 'none' : 'own', hook, multiBuffer = false, stamped = false }: SocketOptions, undo: DisposableStack): RedirectProgram | undefined {
    if (program === 'none') return undefined
    const shared = program === 'own' ? undo.use(new RedirectProgram(this.device, { multiBuffer, stamped, ...(hook === undefined ? {} : { hook }) })) : program
    if (shared.device.key !== this.device.key) throw new UsageError(`the program of ${shared.device.name} cannot serve ${this.device.name}`)
    shared.put(this.queue, this.fd)
    return shared
  }

  /** Throws if the socket was made without an rx ring. */
  get rx(): RxRing {
    return this.#rx ?? none('rx')
  }

  /** Throws if the socket was made without a tx ring. */
  get tx(): TxRing {
    return this.#tx ?? none('tx')
  }

  get closed(): boolean {
    return this.#closed
  }

  /** The program that hands packets over to this socket; undefined if that is not ccdk's. */
  get program(): RedirectProgram | undefined {
    return this.#program
  }

  /**
   * Has the kernel send what is in the tx ring. In copy mode it sends within this call, up to 32 packets. Returns whether
   * it could not do all of it, so that the call is to be made again; when the completion ring is full it has to be read first.
   * Throws `ENXIO` once the interface is gone.
   */
  kickTx(): boolean {
    // The kernel's answer is that of a ring which has no room now.
    if (this.#tx === undefined) none('tx')
    return wakeTx(this.fd.number)
  }

  /**
   * Has the kernel send all that is in the tx ring, by as many calls as it takes while it gets on. Returns whether it has
   * taken all. If not, the completion ring is full, or the device is busy.
   */
  flush(): boolean {
    const { tx } = this
    const all = tx.size - tx.pending
    for (let free = tx.free(), before = -1; free < all; before = free, free = tx.free()) {
      if (free === before) return false
      this.kickTx()
    }
    return true
  }

  /** Has the kernel look at the fill ring, and receive. Returns whether the call is to be made again. As `kickTx`. */
  kickRx(): boolean {
    if (this.#rx === undefined) none('rx')
    return wakeRx(this.fd.number)
  }

  /** What the kernel has counted since the socket was bound. */
  statistics(): XdpStatistics {
    return xdpStatistics(this.fd)
  }

  /** Whether packets come and go without a copy. */
  get zeroCopy(): boolean {
    return xdpOptions(this.fd).zeroCopy
  }

  /** Has calls on this socket poll the queue of the device for packets. */
  busyPoll(polling: BusyPolling): void {
    setBusyPolling(this.fd, polling)
  }

  /** Puts the socket into an XSKMAP of a program of your own, at the number of its queue or another key. */
  updateXskMap(map: Handle, key = this.queue): void {
    using target = new LinuxTarget()
    putSocket(target, map, key, this.fd)
  }

  /** Gets the packets of its queue again, when another socket that did is gone. */
  rejoin(): void {
    if (this.#program?.closed === false) this.#program.put(this.queue, this.fd)
  }

  /**
   * Resolves when there are packets in the rx ring. The event loop goes on meanwhile. Rejects when the socket is closed; when
   * the interface goes away the kernel tells nobody who waits, and this goes on waiting.
   */
  async readable(): Promise<void> {
    if (this.#closed) throw new UsageError(`the AF_XDP socket on ${this.device.name}: used after it was closed`)
    this.#watch ??= this.#owned.use(new Watch(this.fd, `AF_XDP socket on ${this.device.name}`))
    if (this.#waiting === undefined) {
      const waiting = Promise.withResolvers<void>()
      this.#waiting = waiting
      this.#watch.once(() => {
        this.#waiting = undefined
        waiting.resolve()
      })
    }
    await this.#waiting.promise
  }

  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#closed = true
    this.#waiting?.reject(new UsageError(`the AF_XDP socket on ${this.device.name} was closed while somebody waited for packets`))
    this.#owned.dispose()
    this.umem.remove(this)
  }
}

/** Makes a socket on a queue of an interface. The umem may have others already, on any queue and interface. */
export const createSocket = (umem: Umem, options: SocketOptions): XskSocket => new XskSocket(umem, options)

function checkSocket({ queue = 0, rx = defaultRing, tx = defaultRing }: SocketOptions): void {
  if (!Number.isInteger(queue) || queue < 0 || queue > 0xffff_ffff) throw new UsageError(`${queue} is not the number of a queue`)
  if (rx === 0 && tx === 0) throw new UsageError('a socket needs an rx ring or a tx ring')
  if (rx !== 0) checkRingSize('rx', rx)
  if (tx !== 0) checkRingSize('tx', tx)
}

/** Fails for what the kernel would take from the socket that was bound first, whatever this one asks for. */
function checkShared(asked: Partial<Bound>, bound: Bound): void {
  for (const name of ['mode', 'needWakeup', 'multiBuffer'] as const) {
    if (asked[name] === undefined || asked[name] === bound[name]) continue
    throw new UsageError(`${name}: the sockets of a umem have one, and this umem's have ${bound[name]}, not ${asked[name]}`)
  }
}

const bindFlags = ({ mode, needWakeup = true, multiBuffer = false }: SocketOptions): number =>
  (mode === 'copy' ? XDP_BIND.COPY : 0) |
  (mode === 'zero-copy' ? XDP_BIND.ZEROCOPY : 0) |
  (needWakeup ? XDP_BIND.USE_NEED_WAKEUP : 0) |
  (multiBuffer ? XDP_BIND.USE_SG : 0)

const none = (ring: string): never => {
  throw new UsageError(`this socket was made without a ring for ${ring}`)
}
