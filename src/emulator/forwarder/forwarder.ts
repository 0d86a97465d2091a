import { UsageError } from '../../errors/index.ts'
import { POLL, Poller } from '../../kernel/index.ts'
import { createUmem } from '../../xsk/index.ts'
import type { LinkChange } from '../../link-model/index.ts'
import type { EmulatorPlan } from '../plan.ts'
import { TelemetryWriter } from '../telemetry/file.ts'
import type { Lapse } from '../telemetry/records.ts'
import { Alarm } from './alarm.ts'
import { monotonicClock } from './clock.ts'
import { destinationOf, EVERYWHERE, NOWHERE, readFrame } from './frame.ts'
import { checkFrames, framesFor } from './frames-for.ts'
import { Histogram } from './histogram.ts'
import type { HopStatistics } from './hop.ts'
import { Line } from './line.ts'
import { type FramePacket, FramePool } from './pool.ts'
import { Port, type PortStatistics, ringSize } from './port.ts'
import { type Place, Recorder } from './recorder.ts'
import { warmUp } from './warm-up.ts'

/** A packet that leaves so much later than it should is one that makes a measurement wrong, ns. */
const lateBound = 1e6

/** How long it sleeps at most, and how often the kernel is asked what it dropped, ns. */
const longestSleep = 100e6

/** When something could not be sent, it is tried again after so many ns. */
const sendAgain = 1e6

// A segment's number is one byte of the addresses in it, and a u8 of the telemetry.
const mostPorts = 255
const mostMemory = 2 ** 32

export interface ForwarderStatistics {
  /** When this was told, ns of CLOCK_MONOTONIC. */
  at: number
  ports: PortStatistics[]
  links: HopStatistics[]
  /** How often it fell behind: for `late` the number of occasions, for the others of packets or what they say. */
  lapses: Record<Lapse, number>
  /** How much later than it should each packet that passed a link was sent, ns. Percentiles are up to 25 % too large. */
  lateness: { packets: number; p50: number; p99: number; max: number }
  frames: { all: number; free: number }
  /** Rounds of the loop, and how many of them ended in waiting. */
  rounds: number
  waits: number
}

/** What the loop looks at besides packets. */
export interface Control {
  /** Readable when there is something to look at, so that waiting ends. */
  readonly fd: number
  readonly isCalled: boolean
  /** Does what was asked for; false ends the loop. */
  answer(): boolean
}

/** Forwards frames between the ports of a plan, each frame at the time that the links say. */
export class Forwarder implements Disposable {
  readonly telemetry: TelemetryWriter | undefined
  readonly #owned: DisposableStack
  readonly #clock = monotonicClock()
  readonly #recorder: Recorder
  readonly #pool: FramePool
  readonly #ports: readonly Port[]
  readonly #line: Line
  readonly #lateness = new Histogram()
  #worst = 0
  /** The time until which all is done: nothing may happen before it any more. */
  #doneUntil: number
  #askedAt = 0
  #rounds = 0
  #waits = 0
  #sent = 0
  #isUnsent = false

  /** Opens the sockets of a plan's interfaces in the network namespace of this thread. */
  constructor(plan: EmulatorPlan) {
    checkPlan(plan)
    using made = new DisposableStack()
    this.telemetry = plan.telemetry && made.use(new TelemetryWriter(plan.telemetry))
    this.#recorder = new Recorder(this.telemetry)
    const { frames, frameSize, links, ports } = plan
    const umem = made.use(createUmem({ frames, frameSize, fill: ringSize, completion: ringSize }))
    this.#pool = new FramePool(umem.bytes, frameSize)
    const posted = Math.floor((frames - framesFor(links, 0)) / ports.length)
    this.#ports = ports.map((port, segment) =>
      made.use(new Port(umem, { interface: port.interface, segment, posted }, this.#pool, this.#recorder)),
    )
    warmUp(plan)
    const exit = (packet: FramePacket, segment: number, at: number): void => this.#exit(packet, segment, at)
    this.#doneUntil = this.#clock()
    this.#line = new Line(plan, this.#doneUntil, { pool: this.#pool, recorder: this.#recorder, exit })
    this.#owned = made.move()
  }

  /** Forwards until `control` says that it is enough. It blocks the thread. */
  run(control: Control): void {
    const poller = new Poller(this.#ports.length + 1)
    for (const [place, { fd }] of this.#ports.entries()) poller.set(place, fd, POLL.IN)
    poller.set(this.#ports.length, control.fd, POLL.IN)
    const alarm = new Alarm(poller, this.#clock)
    for (;;) {
      const did = this.#round()
      if (control.isCalled && !control.answer()) return
      if (!did) this.#wait(alarm)
    }
  }

  /** All that is due now. Answers whether there was anything. */
  #round(): boolean {
    const received = this.#look()
    // Read only now, so that nothing that is taken in came later: it would leave too early by as much.
    const now = this.#clock()
    this.#rounds += 1
    this.#recorder.now = now
    const sent = this.#sent
    this.#takeIn(received, now)
    this.#line.advance(now)
    this.#doneUntil = now
    this.#isUnsent = false
    for (const port of this.#ports) if (port.flush()) this.#isUnsent = true
    for (const port of this.#ports) port.complete()
    for (const port of this.#ports) port.refill()
    this.#tellOfLapses(now)
    this.#recorder.tell()
    return received > 0 || this.#sent > sent
  }

  /** How many packets have come. */
  #look(): number {
    let received = 0
    for (const port of this.#ports) {
      received += port.receive()
      port.look()
    }
    return received
  }

  /**
   * Takes in what has come, in the order of time and at the time at which it came: the thread may have woken later, and
   * a packet is not to be delayed by that.
   */
  #takeIn(received: number, now: number): void {
    for (let left = received; left > 0; left -= 1) {
      const port = this.#first()
      const at = port.nextAt === 0 || port.nextAt > now ? now : Math.max(port.nextAt, this.#doneUntil)
      this.#doneUntil = at
      this.#line.advance(at)
      this.#take(port.next(), port, at)
      port.look()
    }
    for (const port of this.#ports) port.release()
  }

  /** The port whose next packet came first. */
  #first(): Port {
    let [first] = this.#ports
    for (const port of this.#ports) if (first === undefined || port.nextAt < first.nextAt) first = port
    if (first === undefined) throw new RangeError('a forwarder without ports')
    return first
  }

  #wait(alarm: Alarm): void {
    const until = this.#line.deliversNext - this.#clock()
    const most = this.#isUnsent ? sendAgain : longestSleep
    if (until <= 0) return
    this.#waits += 1
    alarm.wait(Math.min(until, most))
  }

  #take(packet: FramePacket, port: Port, at: number): void {
    const { view } = this.#pool
    readFrame(view, packet.start, packet.size, packet)
    const target = destinationOf(view, packet.start, packet.size)
    packet.target = target
    if (target === port.segment || target === NOWHERE || target >= this.#ports.length) port.discard(packet)
    else if (packet.isIp) this.#line.enter(packet, port.segment, at)
    else this.#passBy(packet, port.segment)
  }

  /** What is no IP packet waits for nothing. */
  #passBy(packet: FramePacket, from: number): void {
    if (packet.target !== EVERYWHERE) return this.#ports[packet.target]?.send(packet)
    for (const port of this.#ports) {
      if (port.segment === from) continue
      const copy = this.#pool.copy(packet)
      if (copy === undefined) this.#recorder.lapse('no-frame', 1, from)
      else port.send(copy)
    }
    this.#pool.give(packet)
  }

  #exit(packet: FramePacket, segment: number, at: number): void {
    const late = this.#recorder.now - at
    this.#lateness.add(late)
    if (late > this.#worst) this.#worst = late
    this.#sent += 1
    this.#ports[segment]?.send(packet)
  }

  #tellOfLapses(now: number): void {
    if (this.#worst > lateBound) this.#recorder.lapse('late', this.#worst)
    this.#worst = 0
    if (now - this.#askedAt < longestSleep) return
    this.#askedAt = now
    for (const port of this.#ports) port.ask()
  }

  /** Another rate, delay, loss and so on for one direction of a link, from now on. */
  set(place: Place, change: LinkChange): void {
    const now = this.#clock()
    this.#recorder.now = now
    this.#line.set(place, change, now)
    this.#doneUntil = now
  }

  statistics(): ForwarderStatistics {
    const { count, max } = this.#lateness
    return {
      at: this.#clock(),
      ports: this.#ports.map(({ statistics }) => statistics),
      links: this.#line.statistics,
      lapses: { ...this.#recorder.lapses },
      lateness: { packets: count, p50: this.#lateness.percentile(0.5), p99: this.#lateness.percentile(0.99), max },
      frames: { all: this.#pool.all, free: this.#pool.free },
      rounds: this.#rounds,
      waits: this.#waits,
    }
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

function checkPlan(plan: EmulatorPlan): void {
  const { ports, links, frames, frameSize, seed } = plan
  if (ports.length < 2 || ports.length > mostPorts || links.length !== ports.length - 1) {
    throw new UsageError(`a path has 2 to ${mostPorts} ports and a link between each and the next, not ${ports.length} and ${links.length}`)
  }
  if (new Set(ports.map((port) => port.interface)).size < ports.length) throw new UsageError('each port is an interface of its own')
  if (!Number.isInteger(frames) || frames * frameSize > mostMemory) {
    throw new UsageError(`a umem of ${frames} frames of ${frameSize} bytes: it has no more than ${mostMemory} bytes in all`)
  }
  if (!Number.isSafeInteger(seed)) throw new UsageError(`seed: an integer, not ${seed}`)
  checkFrames(plan)
}
