import type { Path } from '../../emulator/index.ts'
import { UsageError } from '../../errors/index.ts'
import { nominalRate } from '../../link-model/index.ts'
import type { Target } from '../../loader/index.ts'
import type { TrafficResult, TrafficRun } from '../traffic/run-traffic.ts'
import { AckSamples } from './ack-samples.ts'
import { type ArmPrograms, ProgramRuns } from './program-runs.ts'
import { QueueRecord } from './queue-record.ts'
import type { PathFacts, RawTrial } from './raw.ts'
import { Senders } from '../traffic/senders.ts'
import { SocketSamples } from './socket-samples.ts'

export interface MeasuringOptions {
  path: Pick<Path, 'clients' | 'servers' | 'links' | 'telemetry' | 'mtu'>
  traffic: Pick<TrafficRun, 'begun' | 'connections'>
  /** How often a second sockets are sampled; 0 for never. */
  sampleHz: number
  /** Whether senders are looked at whenever a segment comes in for them, too. */
  acks?: boolean
  /** Those whose figures are wanted. */
  arms: readonly ArmPrograms[]
  target: Target
}

/** How often the emulator's record and ACKs are read, ms: long before they are written over, or find no room. */
const readMs = 50
const mostHz = 1000

/** Measures while traffic runs: sockets, the queue, and BPF programs. It ends with `end`, or when it is disposed of. */
export class Measuring implements Disposable {
  readonly #options: MeasuringOptions
  readonly #owned: DisposableStack
  readonly #samples: SocketSamples
  readonly #acks: AckSamples | undefined
  readonly #queue: QueueRecord
  readonly #programs: ProgramRuns
  #failure: Error | undefined
  #stillMs = 0

  private constructor(options: MeasuringOptions) {
    const { path, traffic, sampleHz, acks = false, arms, target } = options
    if (!(sampleHz >= 0 && sampleHz <= mostHz)) throw new UsageError(`samples a second: 0 to ${mostHz}, not ${sampleHz}`)
    using made = new DisposableStack()
    this.#options = options
    const senders = new Senders(path, traffic.connections)
    this.#samples = made.use(new SocketSamples(senders, traffic))
    this.#acks = acks && senders.hosts.length > 0 ? made.use(new AckSamples(senders, traffic, target)) : undefined
    this.#queue = new QueueRecord(path, traffic)
    this.#programs = made.use(new ProgramRuns(arms, target))
    const first = Math.max(0, Number(traffic.begun - process.hrtime.bigint()) / 1e6)
    if (sampleHz > 0) made.defer(repeat(first + 1000 / sampleHz, 1000 / sampleHz, () => this.#try(() => this.#samples.take())))
    made.defer(
      repeat(readMs, readMs, (lateMs) => {
        this.#stillMs = Math.max(this.#stillMs, lateMs)
        this.#try(() => this.#read())
      }),
    )
    this.#owned = made.move()
  }

  /** From now on, which is best before the traffic's begin. */
  static begin(options: MeasuringOptions): Measuring {
    return new Measuring(options)
  }

  /** What was measured of traffic that has ended. Throws what went wrong meanwhile. */
  end({ flows, ends, firstRecords, endNs }: Omit<TrafficResult, 'failures'>): RawTrial {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#owned.disposed) throw new UsageError('measuring: asked for what was measured after it was closed')
    const programs = this.#programs.end()
    this.#read()
    this.#owned.dispose()
    const recordOf = (plan: number): number => firstRecords[plan] ?? 0
    return {
      arms: this.#options.arms.map(({ name }) => name),
      flows,
      ends,
      samples: this.#samples.columns(recordOf),
      acks: this.#acks?.record(recordOf),
      queue: this.#queue.columns(),
      packets: this.#queue.packets(),
      unread: this.#queue.unread,
      stillNs: this.#stillMs * 1e6,
      programs,
      endNs,
      path: factsOf(this.#options.path),
    }
  }

  #read(): void {
    this.#queue.take()
    this.#acks?.take()
  }

  #try(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#owned.dispose()
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

/** Does something every so many ms by the clock, says how late that is, and leaves out what it would be too late for. The answer ends it. */
function repeat(first: number, every: number, action: (lateMs: number) => void): () => void {
  let due = performance.now() + first
  let timer = setTimeout(next, first)
  function next(): void {
    const late = performance.now() - due
    due += every * Math.max(1, Math.ceil(late / every))
    timer = setTimeout(next, Math.max(0, due - performance.now()))
    action(late)
  }
  return () => clearTimeout(timer)
}

function factsOf({ links, mtu }: MeasuringOptions['path']): PathFacts {
  return {
    rates: {
      forward: Math.min(...links.map(({ right }) => nominalRate(right.rate))),
      reverse: Math.min(...links.map(({ left }) => nominalRate(left.rate))),
    },
    rtt: links.reduce((sum, { right, left }) => sum + right.delay + left.delay, 0),
    mtu,
  }
}
