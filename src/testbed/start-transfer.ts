import { errorFromFacts } from '../child/index.ts'
import { TestbedError, UsageError } from '../errors/index.ts'
import { decodeTcpInfo, TCPI_OPT } from '../sockets/index.ts'
import { Broadcast } from './broadcast.ts'
import type { HostChannel } from './host-channel.ts'
import type { ConnectionFacts, FlowFacts, FlowSnapshot, SendSpec } from './protocol.ts'
import type { Service } from './service.ts'
import { summarize } from './statistics.ts'
import {
  type FlowResult,
  type FlowSample,
  Transfer,
  type TransferOptions,
  type TransferResult,
  type TransferSample,
} from './transfer.ts'

let transfers = 0

const connectMs = 5000

/** Opens the connections of a transfer, has them send, and follows them to the end. */
export async function startTransfer(channel: HostChannel, options: TransferOptions): Promise<Transfer> {
  transfers += 1
  const spec = sendSpec(transfers, options)
  const course = new Course(channel, options.to, spec.transfer)
  try {
    const flows = await channel.call('send', spec, 2 * connectMs)
    const result = course.follow(flows, timeoutMs(options))
    return new Transfer({
      flows,
      samples: course.samples,
      result,
      async close() {
        course.stop(new TestbedError('the transfer was closed before it ended'))
        await channel.tidy('closeTransfer', { transfer: spec.transfer })
      },
    })
  } catch (error) {
    course.stop(error instanceof Error ? error : new TestbedError(String(error)))
    throw error
  }
}

function sendSpec(transfer: number, options: TransferOptions): SendSpec {
  const { to, congestion = to.congestion, flows = 1, sampleMs = 100 } = options
  if (!Number.isInteger(flows) || flows < 1 || flows > 10_000) throw new UsageError(`flows: 1 to 10000, not ${flows}`)
  if (!(sampleMs >= 1)) throw new UsageError(`sampleMs: 1 or more, not ${sampleMs}`)
  const amount = 'seconds' in options ? options.seconds : options.bytesPerFlow
  if (!(amount > 0 && Number.isFinite(amount))) throw new UsageError(`a transfer of ${amount} has no end or no begin`)
  const limit = 'seconds' in options ? { seconds: options.seconds } : { bytesPerFlow: Math.ceil(options.bytesPerFlow) }
  return { transfer, congestion, to: to.address, flows, limit, sampleMs, connectTimeoutMs: connectMs }
}

const timeoutMs = (options: TransferOptions): number =>
  1000 * (options.timeoutSeconds ?? ('seconds' in options ? options.seconds + 30 : 60))

/** What happens to one transfer: its events on the way in, its samples and its result on the way out. */
class Course {
  readonly samples = new Broadcast<TransferSample>()
  readonly #channel: HostChannel
  readonly #service: Service
  readonly #transfer: number
  readonly #written = Promise.withResolvers<number[]>()
  readonly #unfollow: () => void
  /** Smoothed RTTs by flow, µs. */
  readonly #rtts = new Map<number, number[]>()

  constructor(channel: HostChannel, service: Service, transfer: number) {
    this.#channel = channel
    this.#service = service
    this.#transfer = transfer
    // An error that comes while nobody waits is kept for whoever asks for the result.
    this.#written.promise.catch(() => undefined)
    this.#unfollow = channel.follow(
      transfer,
      (event) => {
        if (event.event === 'sample') this.#sample(event.seconds, event.flows)
        else if (event.event === 'written') this.#written.resolve(event.bytes)
        else this.stop(errorFromFacts(event.error))
      },
      (error) => this.stop(error),
    )
  }

  stop(error: Error): void {
    this.#written.reject(error)
    this.samples.end(error)
    this.#unfollow()
  }

  follow(flows: readonly FlowFacts[], allowedMs: number): Promise<TransferResult> {
    const late = setTimeout(() => {
      this.stop(new TestbedError(`the transfer has not ended within ${allowedMs / 1000} s`))
    }, allowedMs)
    const result = this.#result(flows, performance.now() + allowedMs).finally(() => {
      clearTimeout(late)
      this.#unfollow()
    })
    result.catch((error: unknown) => this.samples.end(error instanceof Error ? error : new TestbedError(String(error))))
    return result
  }

  async #result(flows: readonly FlowFacts[], deadline: number): Promise<TransferResult> {
    const sent = await this.#written.promise
    const expected = flows.map(({ local, flow }) => ({ peer: local, bytes: sent[flow] ?? 0 }))
    const received = await this.#service.received(expected, Math.max(0, deadline - performance.now()))
    for (const [flow, { bytes }] of received.entries()) {
      const wanted = expected[flow]?.bytes
      if (bytes !== wanted) throw new TestbedError(`flow ${flow} sent ${wanted} bytes, and the service read ${bytes}`)
    }
    const end = await this.#channel.call('finishTransfer', { transfer: this.#transfer })
    const last = this.#sample(end.seconds, end.flows)
    this.samples.end()
    return summary(
      flows.map((facts) => this.#flowResult(facts, received, last)),
      flows,
      received,
    )
  }

  #flowResult(facts: FlowFacts, received: ConnectionFacts[], last: TransferSample): FlowResult {
    const { flow, local, startedAt } = facts
    const sample = last.flows.find((one) => one.flow === flow)
    const { bytes, lastByteAt } = received[flow] ?? { bytes: 0, lastByteAt: startedAt }
    if (sample === undefined) throw new TestbedError(`flow ${flow} was closed before its end could be seen`)
    const { congestion, ecn, info } = sample
    const seconds = secondsBetween(startedAt, lastByteAt)
    const rtt = summarize(this.#rtts.get(flow) ?? [])
    const retransmits = info.tcpi_total_retrans
    return { flow, local, congestion, ecn, bytes, seconds, goodput: rate(bytes, seconds), rtt, retransmits, info }
  }

  #sample(seconds: number, snapshots: FlowSnapshot[]): TransferSample {
    const flows = snapshots.map(flowSample)
    for (const { flow, info } of flows) this.#keepRtt(flow, info.tcpi_rtt)
    const sample = { seconds, flows }
    this.samples.push(sample)
    return sample
  }

  #keepRtt(flow: number, rtt: number): void {
    if (rtt === 0) return
    const known = this.#rtts.get(flow)
    if (known === undefined) this.#rtts.set(flow, [rtt])
    else known.push(rtt)
  }
}

function summary(results: FlowResult[], flows: readonly FlowFacts[], received: ConnectionFacts[]): TransferResult {
  const first = flows.reduce(
    (least, { startedAt }) => (startedAt < least ? startedAt : least),
    flows[0]?.startedAt ?? 0n,
  )
  const last = received.reduce((most, { lastByteAt }) => (lastByteAt > most ? lastByteAt : most), first)
  const bytes = results.reduce((sum, result) => sum + result.bytes, 0)
  const seconds = secondsBetween(first, last)
  return { flows: results, bytes, seconds, goodput: rate(bytes, seconds) }
}

function flowSample({ flow, congestion, info: bytes }: FlowSnapshot): FlowSample {
  const info = decodeTcpInfo(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const ecn = (info.tcpi_options & TCPI_OPT.ECN) !== 0
  // The kernel counts the SYN as a byte.
  return { flow, congestion, ecn, bytesAcked: Math.max(0, Number(info.tcpi_bytes_acked) - 1), info }
}

const secondsBetween = (from: bigint, to: bigint): number => Number(to - from) / 1e9

const rate = (bytes: number, seconds: number): number => (seconds > 0 ? (bytes * 8) / seconds : 0)
