/** An experiment that nobody ran: what a store and a report are tried with. */
import {
  type AckRecord,
  ExperimentStore,
  type FlowRecord,
  type NewExperiment,
  type QueueColumns,
  type RunFacts,
  type SampleColumns,
  type Trial,
  type TrialResult,
} from '../../src/experiment/index.ts'
import { Random } from '../../src/link-model/index.ts'

export interface MadeUp {
  blocks?: number
  flows?: number
  seconds?: number
  /** Samples a second. */
  hz?: number
  /** ACKs a second of each connection; none are asked for when left out. */
  acks?: number
  name?: string
}

const scenarios = [100, 500].map((rate) => ({ rate, rtt: 10 }))

export const madeUpSpec = `name: dctcp-vs-cubic
arms:
  A: { cc: cubic }
  B: { cc: bpf_dctcp }
path: { rate: [100mbit, 500mbit], rtt: 10ms, queue: { limit: 1bdp, ecn: { step: 20p } } }
workload: [{ bulk: { flows: 4, seconds: 10 } }]
blocks: 8
designs: [alone, mixed]
gates: ["B.rtt.p99 < 0.7 * A.rtt.p99", "B.goodput > 0.95 * A.goodput"]
seed: 7
`

/** Two arms, two scenarios, both designs. The arms' order in a block alternates. */
export function madeUpExperiment({ blocks = 8, name = 'dctcp-vs-cubic' }: MadeUp = {}): NewExperiment {
  const cells = Array.from({ length: blocks }, (_, block) =>
    scenarios.flatMap((_scenario, scenario) => {
      const [first, second] = block % 2 === 0 ? ['A', 'B'] : ['B', 'A']
      const turns = [{ arm: first, design: 'alone' }, { arm: second, design: 'alone' }, { design: 'mixed' }] as const
      return turns.map((turn) => ({ ...turn, scenario, block, seed: 1000 + block }))
    }),
  )
  return {
    name,
    target: 'kernel',
    seed: 7,
    spec: { file: `${name}.yaml`, text: madeUpSpec },
    named: new Map(),
    arms: [
      { name: 'A', cc: 'cubic' },
      { name: 'B', cc: 'bpf_dctcp', object: { file: 'bpf_dctcp.bpf.o', bytes: new Uint8Array([1, 2, 3]) } },
    ],
    scenarios: scenarios.map(({ rate, rtt }) => ({ name: `rate ${rate}mbit`, path: { rate: `${rate}mbit`, rtt: `${rtt}ms` } })),
    trials: cells.flat().map((cell, index) => trialOf({ ...cell, index })),
  }
}

const trialOf = ({ arm, ...rest }: Trial & { arm?: string | undefined }): Trial => ({ ...rest, ...(arm === undefined ? {} : { arm }) })

export const madeUpFacts: RunFacts = {
  startedAt: '2026-11-21T12:00:00.000Z',
  ccdk: '0.1.0',
  kernel: 'Linux 6.18.0 x86_64',
  machine: '2 cores of a made-up processor, 24 GiB',
  hashes: { 'BTF of the kernel': '5f'.repeat(32) },
  isolation: [
    { check: 'metrics of earlier connections are not kept', found: 'tcp_no_metrics_save=1', ok: true },
    { check: 'receive buffers hold the bandwidth-delay product', found: '6291456 bytes for 125000', ok: true },
    { check: 'the frequency of the processors is fixed', found: 'nobody can tell', ok: false },
  ],
}

export const madeUpCertificate = {
  verdict: 'ok',
  seconds: 2.1,
  findings: [
    { subject: 'rate', link: 0, direction: 'right', unit: 'bit/s', asked: { least: 100e6, most: 100e6 }, measured: 99.98e6, error: -0.0002, tolerance: 0.005, verdict: 'ok', reason: '' },
    { subject: 'delay', link: 0, direction: 'right', unit: 'ns', asked: { least: 5e6, most: 5e6 }, measured: 5.012e6, error: 12e3, tolerance: 50e3, verdict: 'ok', reason: '' },
    { subject: 'loss', link: 0, direction: 'right', unit: 'share', asked: { least: 0, most: 0 }, measured: 0, error: Number.NaN, tolerance: Number.NaN, verdict: 'too few', reason: 'too few probes' },
  ],
} as const

/** What a trial could have found: arm B keeps the queue short, and is else like arm A. */
export function madeUpResult(trial: Trial, { flows = 4, seconds = 10, hz = 10, acks = 0 }: MadeUp = {}): TrialResult {
  const random = new Random(trial.index, 'made up')
  const rate = (scenarios[trial.scenario]?.rate ?? 100) * 1e6
  const arms = trial.arm === undefined ? ['A', 'B'] : [trial.arm]
  const bulk = Array.from({ length: flows }, (_, flow) => bulkFlow(flow, arms[flow % arms.length] ?? '', (rate / 8 / flows) * seconds, seconds))
  const short = Array.from({ length: 40 }, (_, flow) => shortFlow(random, flow, arms[flow % arms.length] ?? '', seconds))
  const valid = trial.index !== 5
  return {
    trial,
    startedAt: new Date(Date.UTC(2026, 10, 21, 12, 0, trial.index * 12)).toISOString(),
    seconds,
    valid,
    reasons: valid ? [] : ['the emulator fell behind: 3 times, by 41 ms'],
    flows: [...bulk, ...short],
    samples: madeUpSamples(random, bulk, { rate, seconds, hz }),
    ...(acks > 0 ? { acks: madeUpAcks(random, bulk, { rate, seconds, hz: acks }) } : {}),
    queue: madeUpQueue(random, trial.arm, seconds),
    metrics: arms.flatMap((arm) => madeUpMetrics(random, arm, trial, rate)),
    programs: arms.includes('B') ? ['ssthresh', 'cong_avoid', 'in_ack_event'].map((member) => ({ arm: 'B', member, runs: 80_000, ns: 80_000 * Math.round(60 + 20 * random.float()) })) : [],
    cpu: { busy: 0.4, steal: 0 },
  }
}

const bulkFlow = (flow: number, arm: string, bytes: number, seconds: number): FlowRecord => ({
  ...who(0, flow, arm),
  kind: 'bulk',
  plannedNs: 0,
  startNs: 1e6,
  endNs: seconds * 1e9,
  bytes: Math.round(bytes * 0.95),
  asked: null,
  retransmits: 12,
})

function shortFlow(random: Random, flow: number, arm: string, seconds: number): FlowRecord {
  const asked = Math.round(10 ** (3 + 4 * random.float()))
  const plannedNs = Math.round(random.float() * seconds * 0.8e9)
  const endNs = Math.round(plannedNs + (arm === 'B' ? 11e6 : 25e6) + asked * (arm === 'B' ? 150 : 170) * (0.8 + 0.4 * random.float()))
  const isDone = flow % 20 !== 19
  return {
    ...who(1, flow, arm),
    kind: 'shortFlows',
    plannedNs,
    startNs: plannedNs + 20_000,
    endNs: isDone ? endNs : null,
    bytes: isDone ? asked : asked >> 1,
    asked,
    retransmits: 0,
    ...(flow === 19 ? { error: 'ECONNRESET' } : {}),
  }
}

const who = (workload: number, flow: number, arm: string) =>
  ({
    workload,
    flow,
    arm,
    cc: arm === 'B' ? 'bpf_dctcp_x7' : 'cubic',
    family: flow % 2 === 0 ? 'ipv4' : 'ipv6',
    direction: 'forward',
    client: 0,
    server: 0,
    localPort: 40_000 + flow,
    remotePort: 5000,
    ecn: arm === 'B',
  }) as const

function madeUpSamples(random: Random, bulk: readonly FlowRecord[], { rate, seconds, hz }: { rate: number; seconds: number; hz: number }): SampleColumns {
  const rows = Array.from({ length: seconds * hz }, (_, tick) => bulk.map((flow, index) => ({ flow, index, at: (tick + random.float() * 0.1) / hz }))).flat()
  const share = rate / 8 / bulk.length
  const queued = rows.map(({ flow, at }) => (flow.arm === 'B' ? 0.4 : 4 + 3 * Math.abs(Math.sin(at * 1.3))) * (0.9 + 0.2 * random.float()))
  const cwnd = queued.map((ms, row) => ((10 + ms) / 1e3) * (share / 1448) * Math.min(1, 0.3 + (rows[row]?.at ?? 0)))
  const each = (value: (row: number) => number) => Array.from(rows, (_, row) => value(row))
  const whole = (value: (row: number) => number) => Uint32Array.from(each(value), Math.round)
  return {
    timeNs: Float64Array.from(rows, ({ at }) => Math.round(at * 1e9)),
    flow: Uint32Array.from(rows, ({ index }) => index),
    cwnd: whole((row) => cwnd[row] ?? 0),
    ssthresh: whole((row) => (row < 4 ? 0x7fff_ffff : (cwnd[row] ?? 0) * 0.7)),
    srttUs: whole((row) => 10_000 + 1000 * (queued[row] ?? 0)),
    rttvarUs: whole(() => 400),
    minRttUs: whole(() => 10_050),
    pacingRate: Float64Array.from(each(() => share * 1.2)),
    deliveryRate: Float64Array.from(each(() => share * (0.9 + 0.1 * random.float()))),
    inflight: whole((row) => (cwnd[row] ?? 0) * 0.98),
    retransmits: whole((row) => row / 40),
    caState: whole((row) => (row % 50 === 49 ? 3 : 0)),
    bytesAcked: Float64Array.from(each((row) => Math.round(share * (rows[row]?.at ?? 0)))),
  }
}

function madeUpAcks(random: Random, bulk: readonly FlowRecord[], shape: { rate: number; seconds: number; hz: number }): AckRecord {
  const samples = madeUpSamples(random, bulk, shape)
  const delivered = Uint32Array.from(samples.bytesAcked, (bytes) => bytes / 1448)
  return { columns: { ...samples, delivered, deliveredCe: delivered.map((count) => count / 20), lost: samples.retransmits.slice() }, unread: 3 }
}

function madeUpQueue(random: Random, arm: string | undefined, seconds: number): QueueColumns {
  const times = Array.from({ length: seconds * 20 }, (_, bucket) => bucket / 20)
  const packets = times.map((at) => (arm === 'B' ? 18 : 40 + 40 * Math.abs(Math.sin(at * 1.3))) * (0.8 + 0.4 * random.float()))
  return {
    timeNs: Float64Array.from(times, (at) => Math.round(at * 1e9)),
    packets: Uint32Array.from(packets, Math.round),
    bytes: Float64Array.from(packets, (count) => Math.round(count) * 1514),
    delayNs: Float64Array.from(packets, (count) => count * 121_120.5),
    drops: Uint32Array.from(times, (_, bucket) => (arm === 'A' && bucket % 30 === 29 ? 3 : 0)),
    marks: Uint32Array.from(times, () => (arm === 'A' ? 0 : Math.round(10 * random.float()))),
  }
}

function madeUpMetrics(random: Random, arm: string, { design, block }: Trial, rate: number): TrialResult['metrics'] {
  const scatter = (value: number) => value * (1 + 0.03 * random.normal() + 0.01 * (block % 3))
  const isB = arm === 'B'
  const share = design === 'mixed' ? (isB ? 0.3 : 0.7) : 1
  const figures = {
    goodput: scatter((rate / 8) * 0.95 * share),
    'rtt.p50': scatter(isB ? 10.6 : 15),
    'rtt.p95': scatter(isB ? 11 : 17),
    'rtt.p99': scatter(isB ? 11.4 : 18),
    'queue.p50': scatter(isB ? 0.5 : 5),
    retransmits: isB ? 0 : Math.round(scatter(40)),
    jain: Math.min(1, scatter(0.97)),
    'fct.p99': design === 'mixed' ? Number.NaN : scatter(isB ? 300 : 420),
    'slowdown.small.p50': scatter(isB ? 1.6 : 4),
    'slowdown.small.p99': scatter(isB ? 3 : 11),
    'slowdown.large.p50': scatter(isB ? 2.4 : 2.8),
    'slowdown.large.p99': scatter(isB ? 5 : 6),
    'cpu.ns_per_ack': isB ? scatter(180) : Number.NaN,
  }
  return Object.entries(figures).map(([metric, value]) => ({ arm, metric, value }))
}

/** Stores such an experiment in a directory, with its trials or the first so many of them. */
export function storeMadeUp(directory: string, { trials = Infinity, ...shape }: MadeUp & { trials?: number } = {}): void {
  const experiment = madeUpExperiment(shape)
  using store = ExperimentStore.create(directory, experiment)
  store.beginRun(madeUpFacts)
  for (const trial of experiment.trials.slice(0, trials)) store.addTrial(madeUpResult(trial, shape))
}
