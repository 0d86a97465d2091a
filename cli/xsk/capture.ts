import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { SyscallError } from '../../src/errors/index.ts'
import { type Fd, Interfaces } from '../../src/kernel/index.ts'
import { createSocket, createUmem, type Device, findDevice, type XskSocket } from '../../src/xsk/index.ts'
import { type Missed, missedOf, type QueueFacts, sumMissed } from './totals.ts'

/**
 * Frames of a queue, of 4 KiB: room for some milliseconds at full speed. All memory stays in place, so that those of all
 * queues together are 256 MiB at the most, as long as there are no more than 128 queues.
 */
const mostFrames = 8192
const leastFrames = 512
const framesOfAll = 65_536
/** Packets between two looks at the other queues. */
const batch = 256
/** How long one turn may take before signals and timers have theirs, ms. */
const turnMs = 4
/** How often it looks whether the interface is there, ms. */
const lookEveryMs = 250

export interface CaptureOptions {
  device: string
  namespace: Fd | undefined
  /** All of the interface if left out. */
  queue?: number | undefined
  mode?: 'native' | 'generic' | undefined
  zeroCopy?: boolean | undefined
}

/** What takes packets, batch by batch. */
export interface Batches {
  /** Whether it takes more. */
  readonly wants: boolean
  /** What comes next is of this queue, stands in this memory, and came at this time of CLOCK_MONOTONIC: now, if left out. */
  begin: (queue: number, memory: Uint8Array<ArrayBuffer>, time?: bigint) => void
  /** A packet, of which so many bytes are kept at `at`: another may be there when this returns. */
  take: (at: number, length: number, kept: number) => void
  /** Nothing more is there at the moment. */
  pause: () => void
  /** Resolves when what was taken is out of the way: what comes meanwhile is missed, and does not fill the memory. */
  drained: (signal: AbortSignal) => Promise<void>
}

/** Where packets come from. */
export interface Origin extends Disposable {
  /** In words, for the person who has started it. */
  readonly what: string
  readonly manyQueues: boolean
  /** Those of which it knows something. */
  queues: () => QueueFacts[]
  /** Packets that it knows to be missed, on whatever queue. */
  missed: () => Missed
  /**
   * Gives packets away until they are enough or the signal fires. Throws a `SyscallError` with ENODEV when the interface
   * is gone.
   */
  run: (batches: Batches, signal: AbortSignal) => Promise<void>
}

/** Takes packets: the sockets of an interface's queues, open and receiving. */
export class Capture implements Origin {
  readonly sockets: readonly XskSocket[]
  readonly #owned: DisposableStack
  readonly #device: Device
  readonly #waiting = new Set<XskSocket>()
  #wake = (): void => undefined

  constructor(options: CaptureOptions) {
    using undo = new DisposableStack()
    const { rxQueues } = findDevice(options.device, options.namespace)
    const plan = { ...options, frames: framesOf(options.queue === undefined ? rxQueues : 1) }
    const first = open(plan, options.queue ?? 0, undo)
    this.sockets = [first, ...(options.queue === undefined ? openOthers(plan, rxQueues, undo) : [])]
    this.#device = first.device
    this.#owned = undo.move()
  }

  get what(): string {
    const numbers = this.sockets.map(({ queue }) => queue)
    const which = numbers.length === 1 ? `queue ${numbers[0]}` : `queues ${numbers[0]} to ${numbers.at(-1)}`
    const copies = this.sockets.every(({ zeroCopy }) => zeroCopy) ? ' without copies' : ''
    return `reading ${which} of ${this.#device.name}${copies}: packets that are read here do not reach the kernel any more`
  }

  get manyQueues(): boolean {
    return this.sockets.length > 1
  }

  queues(): QueueFacts[] {
    return this.sockets.map((socket) => ({ queue: socket.queue, zeroCopy: socket.zeroCopy, missed: missedOf(socket.statistics()) }))
  }

  missed(): Missed {
    return sumMissed(this.queues().map(({ missed }) => missed))
  }

  async run(sink: Batches, signal: AbortSignal): Promise<void> {
    using stack = new DisposableStack()
    const look = stack.use(new StillThere(this.#device, () => this.#wake()))
    const wake = (): void => this.#wake()
    signal.addEventListener('abort', wake)
    stack.defer(() => signal.removeEventListener('abort', wake))
    let turn = performance.now()
    while (!signal.aborted && sink.wants) {
      let found = 0
      for (const socket of this.sockets) found += takeBatch(socket, sink)
      if (found === 0) look.throwIfGone()
      if (found > 0 && performance.now() - turn < turnMs) continue
      await sink.drained(signal)
      if (found > 0) await yieldToOthers()
      else {
        sink.pause()
        await this.#readable()
      }
      turn = performance.now()
    }
  }

  /** Waits until a queue has packets, or `#wake` is called. */
  #readable(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    for (const socket of this.sockets) {
      // A queue that nothing comes to is waited for only once, however often others wake this.
      if (this.#waiting.has(socket)) continue
      this.#waiting.add(socket)
      void this.#wakeWhenReadable(socket)
    }
    return promise
  }

  async #wakeWhenReadable(socket: XskSocket): Promise<void> {
    try {
      await socket.readable()
    } catch {
      // It was closed meanwhile, and nobody waits any more.
    }
    this.#waiting.delete(socket)
    this.#wake()
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

/** How many frames each of so many queues has: a power of two, since as many entries are in its rings. */
export const framesOf = (queues: number): number =>
  Math.max(leastFrames, Math.min(mostFrames, 2 ** Math.floor(Math.log2(framesOfAll / queues))))

interface CapturePlan extends CaptureOptions {
  /** Of each queue. */
  frames: number
}

/** The queues behind the first. An interface can have more than are in use, and only the kernel knows which is the last. */
function openOthers(options: CapturePlan, count: number, undo: DisposableStack): XskSocket[] {
  const sockets: XskSocket[] = []
  for (let queue = 1; queue < count; queue += 1) {
    try {
      sockets.push(open(options, queue, undo))
    } catch (error) {
      if (error instanceof SyscallError && error.errno === 'EINVAL' && error.syscall === 'bind') break
      throw error
    }
  }
  return sockets
}

export const hooks = { native: 'driver', generic: 'generic' } as const

function open({ device, namespace, mode, zeroCopy, frames }: CapturePlan, queue: number, owner: DisposableStack): XskSocket {
  using undo = new DisposableStack()
  const umem = undo.use(createUmem({ frames, fill: frames }))
  const socket = undo.use(
    createSocket(umem, {
      interface: device,
      queue,
      rx: frames,
      tx: 0,
      program: 'own',
      ...(namespace === undefined ? {} : { namespace }),
      ...(mode === undefined ? {} : { hook: hooks[mode] }),
      ...(zeroCopy === true ? { mode: 'zero-copy' } : {}),
    }),
  )
  for (let frame = 0; frame < frames; frame += 1) socket.fill.push(frame * umem.frameSize)
  socket.fill.submit()
  if (socket.fill.needsWakeup) socket.kickRx()
  owner.use(undo.move())
  return socket
}

/** Gives the sink what is there of a queue, and the frames back. Returns how many packets there were. */
function takeBatch({ rx, fill, umem, queue }: XskSocket, sink: Batches): number {
  const count = rx.peek(batch)
  if (count === 0) return 0
  sink.begin(queue, umem.bytes)
  fill.reserve(count)
  for (let index = 0; index < count; index += 1) {
    const address = rx.address(index)
    if (sink.wants) sink.take(address, rx.length(index), rx.length(index))
    fill.set(index, umem.frameOf(address))
  }
  rx.release(count)
  fill.submit(count)
  return count
}

/** Looks now and then whether an interface is still there: nobody else says so to who waits for its packets. */
export class StillThere implements Disposable {
  readonly #device: Device
  readonly #owned = new DisposableStack()
  #gone = false

  constructor(device: Device, onGone: () => void) {
    this.#device = device
    const interfaces = this.#owned.use(new Interfaces(device.namespace))
    const timer = setInterval(() => {
      this.#gone = !interfaces.list().some(({ index }) => index === device.index)
      if (this.#gone) onGone()
    }, lookEveryMs)
    this.#owned.defer(() => clearInterval(timer))
  }

  throwIfGone(): void {
    if (!this.#gone) return
    throw new SyscallError({
      doing: `reading packets of ${this.#device.name}`,
      syscall: 'netlink(RTM_GETLINK)',
      errno: 'ENODEV',
      hint: 'the interface was there and is gone',
    })
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}
