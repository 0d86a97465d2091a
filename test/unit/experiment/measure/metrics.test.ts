import * as assert from 'uvu/assert'
import { type FlowRecord, metricNames, metricsOf, type RawTrial, type SampleColumns } from '../../../../src/experiment/index.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('metrics')

const second = 1e9
const flow: FlowRecord = {
  workload: 0, flow: 0, kind: 'bulk', arm: 'A', cc: 'cubic', family: 'ipv4', direction: 'forward', client: 0, server: 0, localPort: 1, remotePort: 2,
  plannedNs: 0, startNs: 0, endNs: 10 * second, bytes: 10e6, asked: null, ecn: false, retransmits: 0,
}

function samplesOf(rows: readonly { time: number; flow?: number; acked: number; rtt?: number }[]): SampleColumns {
  const column = (of: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, of)
  const none = new Uint32Array(rows.length)
  return {
    timeNs: column(({ time }) => time), flow: Uint32Array.from(rows, (row) => row.flow ?? 0), bytesAcked: column(({ acked }) => acked),
    srttUs: Uint32Array.from(rows, (row) => row.rtt ?? 0), cwnd: none, ssthresh: none, rttvarUs: none, minRttUs: none,
    pacingRate: new Float64Array(rows.length), deliveryRate: new Float64Array(rows.length), inflight: none, retransmits: none, caState: none,
  }
}

const nothing: RawTrial = {
  arms: ['A'], flows: [], ends: [], samples: samplesOf([]), packets: new Map(), unread: 0, stillNs: 0, programs: [], endNs: 10 * second,
  queue: { timeNs: new Float64Array(), packets: new Uint32Array(), bytes: new Float64Array(), delayNs: new Float64Array(), drops: new Uint32Array(), marks: new Uint32Array() },
  path: { rates: { forward: 100e6, reverse: 10e6 }, rtt: 10e6, mtu: 1500 },
}

const figuresOf = (raw: Partial<RawTrial>, arm = 'A'): Record<string, number> =>
  Object.fromEntries(metricsOf({ ...nothing, ...raw }).filter((one) => one.arm === arm).map(({ metric, value }) => [metric, value]))

const near = (value: number | undefined, expected: number): void => assert.ok(value !== undefined && Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value}, not ${expected}`)

test('of nothing there are no figures', () => {
  assert.equal(metricsOf(nothing), [])
})

test('goodput counts the time in which a flow was under way, once', () => {
  near(figuresOf({ flows: [flow] })['goodput'], 8e6)
  const overlapping = { ...flow, startNs: 5 * second, endNs: 15 * second }
  const later = { ...flow, startNs: 20 * second, endNs: 25 * second }
  near(figuresOf({ flows: [flow, overlapping, later] })['goodput'], 30e6 * 8 / 20)
  // One that was cut lasts until traffic ends.
  near(figuresOf({ flows: [{ ...flow, endNs: null }], endNs: 4 * second })['goodput'], 20e6)
})

test('RTTs are those of samples by which something was acknowledged', () => {
  const samples = samplesOf([{ time: 0, acked: 1, rtt: 9e6 }, { time: 1, acked: 100, rtt: 10 }, { time: 2, acked: 200, rtt: 20 }, { time: 3, acked: 200, rtt: 500 }, { time: 4, acked: 300, rtt: 30 }])
  const figures = figuresOf({ flows: [flow], samples })
  near(figures['rtt.p50'], 20e3)
  near(figures['rtt.p99'], 29.8e3)
  // 8 Mbit/s over 0.02 ms.
  near(figures['power'], 400)
})

test('packets, segments and programs', () => {
  const packets = new Map([['A', { packets: 200, drops: 3, marks: 10, delays: Float64Array.from({ length: 101 }, (_, index) => index * 1000) }]])
  const end = { connection: 0, ecn: true, marked: 0, arm: 'A', cc: 'cubic', retransmits: 5, segmentsIn: 100, segmentsOut: 250 }
  const programs = [{ arm: 'A', member: 'cong_avoid', runs: 90, ns: 9000 }, { arm: 'A', member: 'ssthresh', runs: 1, ns: 1000 }, { arm: 'B', member: 'ssthresh', runs: 1, ns: 7777 }]
  const figures = figuresOf({ packets, ends: [end, { ...end, segmentsIn: 300, segmentsOut: 750, retransmits: 1 }], programs })
  assert.equal(figures, { 'queue.p50': 50_000, 'queue.p95': 95_000, 'queue.p99': 99_000, loss: 0.015, marks: 0.05, retransmits: 0.006, 'cpu.ns_per_ack': 25 })
})

test('Jain’s index and the share are those of bulk flows', () => {
  const flows = [flow, { ...flow, flow: 1, bytes: 30e6 }, { ...flow, flow: 2, arm: 'B', bytes: 40e6 }, { ...flow, workload: 1, kind: 'shortFlows' as const, asked: 5, bytes: 5 }]
  const figures = figuresOf({ flows, arms: ['A', 'B'] })
  // (1 + 3)² / (2 × (1 + 9)); 40 of 80 MB by two of three flows.
  near(figures['jain'], 0.8)
  near(figures['share'], 0.75)
  near(figuresOf({ flows, arms: ['A', 'B'] }, 'B')['share'], 1.5)
})

test('flows have converged when a second begins in which they got about the same', () => {
  const flows = [flow, { ...flow, flow: 1, startNs: 2 * second }]
  const rows = Array.from({ length: 101 }, (_, index) => index / 10).flatMap((time) => [
    { time: time * second, flow: 0, acked: 1e6 * time },
    // A fifth of the other's rate until it has been there for 3 s, then the same: Jain’s index is 0.9 at half of it.
    { time: time * second, flow: 1, acked: 1e6 * (time <= 5 ? Math.max(0, time - 2) / 5 : 0.6 + time - 5) },
  ])
  // From 4.4 s on a second has 0.6 × 0.2 + 0.4 = 0.52; from 4.3 s on 0.44, of which the index is 0.87.
  near(figuresOf({ flows, samples: samplesOf(rows) })['convergence'], 2.4 * second)
  const never = rows.map((row) => (row.flow === 1 ? { ...row, acked: row.acked / 10 } : row))
  near(figuresOf({ flows, samples: samplesOf(never) })['convergence'], 8 * second)
})

test('completion times, against those of an empty path', () => {
  const short = { ...flow, kind: 'shortFlows' as const, asked: 14_480, bytes: 14_480, endNs: 100e6 }
  // A handshake and half a round trip, and ten full frames of 1514 bytes.
  const least = 15e6 + (15_140 * 8e9) / 100e6
  const figures = figuresOf({ flows: [short] })
  near(figures['fct.p50'], 100e6)
  near(figures['slowdown.p50'], 100e6 / least)
  near(figures['slowdown.medium.p99'], 100e6 / least)
  assert.is(figures['slowdown.small.p50'], undefined)
  // The second chunk of a connection has no handshake; the answer to a request has a whole round trip.
  const later = { ...short, startNs: 200e6, endNs: 300e6 }
  near(figuresOf({ flows: [short, later] })['slowdown.p99'], 100e6 / (least - 10e6) * 0.99 + 100e6 / least * 0.01)
  near(figuresOf({ flows: [{ ...short, kind: 'requestResponse' }] })['slowdown.p50'], 100e6 / (least + 5e6))
  const cut = figuresOf({ flows: [short, { ...short, flow: 1, startNs: 9 * second, endNs: null }] })
  near(cut['fct.p99'], 1e9 * 0.99 + 100e6 * 0.01)
  assert.is(cut['unfinished'], 0.5)
})

test('harm is what background flows lost against a path of their own', () => {
  const alone = 100e6 * (1448 / 1514)
  const background = { ...flow, arm: '', bytes: (alone / 8) * 10 * 0.25 }
  near(figuresOf({ flows: [flow, background] })['harm'], 0.75)
  near(figuresOf({ flows: [flow, background, { ...background, flow: 1 }] })['harm'], 0.5)
  const least = 15e6 + (15_140 * 8e9) / 100e6
  near(figuresOf({ flows: [{ ...background, kind: 'shortFlows', asked: 14_480, endNs: 2 * least }] })['harm'], 0.5)
  assert.is(figuresOf({ flows: [flow] })['harm'], undefined)
})

test('a metric has a name of its own', () => {
  assert.is(new Set(metricNames).size, metricNames.length)
})

test.run()
