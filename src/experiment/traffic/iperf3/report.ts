import { z } from 'zod'
import { TestbedError } from '../../../errors/index.ts'

/** What iperf3 says of one flow when it has ended. */
export interface Iperf3Report {
  /** That the receiver read, and until when, s since it began. */
  bytes: number
  seconds: number
  /** Segments. */
  retransmits: number
  /** Of both ends, as their kernels named them. */
  congestion: { sender: string; receiver: string }
}

const count = z.int().min(0)
const reportSchema = z.object({
  end: z.object({
    streams: z
      .array(
        z.object({
          sender: z.object({ retransmits: count }),
          receiver: z.object({ bytes: count, end: z.number().positive() }),
        }),
      )
      .length(1),
    sender_tcp_congestion: z.string().min(1),
    receiver_tcp_congestion: z.string().min(1),
  }),
})

/**
 * Reads what `iperf3 -c … -J` has printed of a test with one stream. It ends with code 0 when it has failed too, prints
 * warnings before its JSON, and numbers that are none: what counts is what is there.
 *
 * @throws TestbedError with iperf3's own words for a test that failed, and for a report that is none
 */
export function readIperf3(printed: string): Iperf3Report {
  const [before, document] = partsOf(printed)
  const value = parse(document)
  const { error } = errorSchema.parse(value)
  if (error !== undefined) throw new TestbedError(`iperf3: ${error}`)
  const read = reportSchema.safeParse(value)
  if (!read.success) throw noReport(before, `${read.error.issues[0]?.path.join('.') ?? ''}: ${read.error.issues[0]?.message ?? 'it has no result'}`)
  const { streams, sender_tcp_congestion: sender, receiver_tcp_congestion: receiver } = read.data.end
  const [stream] = streams
  if (stream === undefined) throw noReport(before, 'it has no stream')
  return { bytes: stream.receiver.bytes, seconds: stream.receiver.end, retransmits: stream.sender.retransmits, congestion: { sender, receiver } }

  function parse(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw noReport(before, cause instanceof Error ? cause.message : String(cause))
    }
  }
}

const errorSchema = z.object({ error: z.string().optional() }).catch({})

/** What stands before the first line that begins an object, and the rest. */
function partsOf(printed: string): [before: string, document: string] {
  const at = printed.search(/^\{/m)
  return at < 0 ? [printed, ''] : [printed.slice(0, at), printed.slice(at)]
}

function noReport(before: string, why: string): TestbedError {
  const words = before.trim()
  return new TestbedError(`iperf3 has printed no report of its test (${why})${words === '' ? '' : `, but: ${words.slice(0, 300)}`}`)
}
