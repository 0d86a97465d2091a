import { extname } from 'node:path'
import { Channel, type ErrorFacts, errorFromFacts } from '../../child/index.ts'
import type { Fd } from '../../kernel/index.ts'
import type { LinkChange } from '../../link-model/index.ts'
import type { ForwarderStatistics } from '../forwarder/forwarder.ts'
import type { Place } from '../forwarder/recorder.ts'
import type { EmulatorPlan } from '../plan.ts'
import { TelemetryReader } from '../telemetry/file.ts'
import type { Calls, Precedence } from './protocol.ts'

// From source this is forwarder-process.ts, from the built package forwarder-process.js.
const program = new URL(`./forwarder-process${extname(import.meta.url)}`, import.meta.url)

// Packets wait while V8 collects garbage, of which each leaves some: seldom, and in the forwarding thread alone, which need
// not wait for helpers then that have to wait for a processor.
const calmMemory = ['--single-threaded-gc', '--min-semi-space-size=64', '--max-semi-space-size=64', '--expose-gc'] as const

export interface EmulatorOptions {
  /** The network namespace with the ports' interfaces; the one of this process when left out. */
  namespace?: Fd
}

/** An emulator at work, in a process of its own. It ends when this object is closed and when this process ends. */
export class EmulatorProcess implements AsyncDisposable {
  readonly pid: number
  /** How it comes by a processor: what it can promise depends on it. */
  readonly precedence: Precedence
  /** What has happened to packets, if the plan wants telemetry; to be read also after the end, until this is closed. */
  readonly telemetry: TelemetryReader | undefined
  /** Resolves with the reason when it ends by itself. A path is none from then on. */
  readonly failed: Promise<Error>
  readonly #channel: Channel<Calls>

  private constructor(
    channel: Channel<Calls>,
    facts: { precedence: Precedence; telemetry: TelemetryReader | undefined; failed: Promise<Error> },
  ) {
    this.pid = channel.pid
    this.precedence = facts.precedence
    this.telemetry = facts.telemetry
    this.failed = facts.failed
    this.#channel = channel
  }

  /**
   * Starts forwarding between interfaces that are up.
   *
   * @throws UsageError for a plan that makes no sense or needs more frames than it gives; PermissionError without
   * CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF
   */
  static async start(plan: EmulatorPlan, { namespace }: EmulatorOptions = {}): Promise<EmulatorProcess> {
    const channel = new Channel<Calls>(program, 'the emulator', { nodeOptions: [...calmMemory] })
    try {
      const path = namespace && `/proc/${process.pid}/fd/${namespace.number}`
      const started = await channel.call('start', { plan, namespace: path, parent: process.pid }, 30_000)
      const telemetry = started.telemetry === undefined ? undefined : new TelemetryReader(started.telemetry)
      return new EmulatorProcess(channel, { ...started, telemetry, failed: failureOf(channel) })
    } catch (error) {
      await channel.close()
      throw error
    }
  }

  /** Another rate, delay, loss and so on for one direction of a link, from the moment on at which this is answered. */
  async set(place: Place, change: LinkChange): Promise<void> {
    await this.#channel.call('set', { ...place, change })
  }

  async statistics(): Promise<ForwarderStatistics> {
    return await this.#channel.call('statistics', undefined)
  }

  /** Ends the forwarding; packets that are on their way are lost. Its sockets and programs are gone when this resolves. */
  async stop(): Promise<void> {
    await this.#channel.call('stop', undefined)
  }

  /** Ends the process too, and closes the telemetry. */
  async close(): Promise<void> {
    await this.#channel.close()
    this.telemetry?.[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function failureOf(channel: Channel<Calls>): Promise<Error> {
  const { promise, resolve } = Promise.withResolvers<Error>()
  channel.listen((message) => {
    if (isFailure(message)) resolve(errorFromFacts(message.failed))
  }, resolve)
  return promise
}

const isFailure = (message: object): message is { failed: ErrorFacts } => 'failed' in message
