import {
  DatagramReceiver,
  DatagramSender,
  droppedBySocket,
  type Fd,
  openNamespace,
  openUdpSocket,
  Poller,
  realTime,
  setBuffers,
  setEcnField,
  setStamps,
} from '../../../kernel/index.ts'
import { Arrivals } from './arrivals.ts'
import type { ProbeEnd, ProbeResult, ProbeSpec } from './protocol.ts'
import { countOf, type Pacer, pacerOf } from './pacer.ts'

/** Of both ends: nobody else is there. */
const port = 47_999
const bufferBytes = 64 * 2 ** 20
const batch = 32
/** How long it sleeps at most, so that buffers do not fill, and at least, ns. */
const longestSleep = 2e6
const shortestSleep = 50e3
/** In this time the kernel begins to stamp what comes: it has a thread of its own do so, which this one must let run. */
const untilStamped = 5e6
let runs = 0

/** Sends probes from one network namespace to another, and notes which come, and when. It blocks until the last has come. */
export function probe(spec: ProbeSpec): ProbeResult {
  const { from, to, payload, ecn, schedule, patience, stamps } = spec
  runs += 1
  using sockets = new DisposableStack()
  const receiving = sockets.use(openEnd(to, from))
  const sending = sockets.use(openEnd(from, to))
  setEcnField(sending, ecn)
  setStamps(sending, stamps ? 'both' : 'received')
  const base = Math.floor(Date.now() / 1000) - 1
  const clock = new RealClock(base)
  const count = countOf(schedule)
  const sender = new DatagramSender({ size: payload, most: batch })
  const receiver = new DatagramReceiver({ most: batch, base })
  const poller = new Poller(1)
  const sentAt = new Float64Array(count).fill(Number.NaN)
  const arrivals = new Arrivals(count)
  const take = (): number => {
    // By qdiscs in this machine a packet passes more interfaces, and each stamps it: the first is the sender's own.
    if (stamps) receiver.stamps(sending, (number, at) => (sentAt[number] = Math.min(at, sentAt[number] || Infinity)))
    return receiver.receive(receiving, (arrival) => {
      if (arrival.run === runs) arrivals.add(arrival)
    })
  }
  poller.wait(untilStamped)
  const pacer: Pacer = pacerOf(schedule, clock.now())
  for (let sent = 0; sent < count; ) {
    const now = clock.now()
    const due = pacer.due(sent, now)
    const taken = due === 0 ? 0 : sender.send(sending, sent, due, runs)
    if (!stamps) sentAt.fill(now, sent, sent + taken)
    sent += taken
    take()
    const wait = sent === count ? 0 : pacer.next(sent) - clock.now()
    if (wait > 0 || taken < due) poller.wait(Math.min(longestSleep, Math.max(shortestSleep, wait)))
  }
  for (let last = clock.now(); arrivals.distinct < count && clock.now() - last < patience; ) {
    poller.wait(longestSleep)
    if (take() > 0) last = clock.now()
  }
  // Second copies of the last ones come right behind them.
  poller.wait(longestSleep)
  take()
  return { sentAt, arrivals: arrivals.all(), missed: droppedBySocket(receiving), clockMoved: clock.moved() }
}

function openEnd({ namespace, address }: ProbeEnd, other: ProbeEnd): Fd {
  using entered = openNamespace(namespace)
  const socket = openUdpSocket({ from: { address, port }, to: { address: other.address, port }, namespace: entered })
  setBuffers(socket, bufferBytes)
  return socket
}

/** The clock of the kernel's stamps, without the cost of a system call: another clock and how far the two are apart. */
class RealClock {
  readonly #base: bigint
  readonly #apart: number

  constructor(base: number) {
    this.#base = BigInt(base) * 1_000_000_000n
    this.#apart = this.#difference()
  }

  now(): number {
    return this.#apart + performance.now() * 1e6
  }

  /** By how much it was set since, ns. */
  moved(): number {
    return this.#difference() - this.#apart
  }

  /** Best of some tries: the thread may lose the processor between the readings. */
  #difference(): number {
    let [best, difference] = [Infinity, 0]
    for (let tries = 0; tries < 100; tries += 1) {
      const before = performance.now()
      const middle = Number(realTime() - this.#base)
      const after = performance.now()
      if (after - before < best) [best, difference] = [after - before, middle - (before + after) * 0.5e6]
    }
    return difference
  }
}
