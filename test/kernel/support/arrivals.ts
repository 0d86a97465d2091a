import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type FlowRecord, flowPlans, runTraffic, workloadOf, type WorkloadInput } from '../../../src/experiment/index.ts'
import { createTestbed } from '../../../src/testbed/index.ts'
import { tcpdumpOf } from '../../support/tcpdump.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'

/** When a flow was planned, when its record says that it began, and when tcpdump saw its SYN, ns since traffic began. */
export interface Arrival extends Pick<FlowRecord, 'plannedNs' | 'startNs' | 'bytes' | 'asked'> {
  synNs: number
}

interface Watched {
  flows: number
  /** Of each flow of which there was a SYN. */
  arrivals: Arrival[]
  /** How far the wall clock, by which tcpdump goes, ran from the other one meanwhile. */
  clockErrorNs: number
}

// ABI: headers of pcap files, of packets in them, and a SYN of Linux: Ethernet, IPv4, TCP with MSS, SACK, time stamps and scale.
const [fileHeader, packetHeader, synLength] = [24, 16, 14 + 20 + 40]

/** Runs short flows between two hosts, of which tcpdump watches one. */
export async function watchArrivals(workload: WorkloadInput, rate: number, seed: number): Promise<Watched> {
  await using bed = await createTestbed()
  using directory = temporaryDirectory()
  const file = join(directory.path, 'syn.pcap')
  const plans = [...flowPlans(workloadOf(workload, { rates: { forward: rate, reverse: rate }, clients: 1, servers: 1 }), seed)]
  const filter = 'ip and tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn'
  const options = ['-i', bed.client.addresses[0]?.interface ?? '', '-Z', 'root', '-U', '--immediate-mode', '-B', '8192', '--time-stamp-precision=nano']
  const watching = await bed.client.run('tcpdump', [...options, '-w', file, filter])
  await until(() => existsSync(file) && statSync(file).size >= fileHeader, 'tcpdump watches')
  const before = wallClock()
  const path = { clients: [bed.client], servers: [bed.server] }
  await using traffic = await runTraffic({ path, plans, cc: () => ({ cc: 'cubic', arm: 'A' }), seconds: 120 })
  const { flows } = await traffic.result
  // A SYN that was sent again comes on top.
  await until(() => statSync(file).size >= fileHeader + flows.length * (packetHeader + synLength), 'tcpdump has every SYN')
  await watching.signal('SIGINT')
  await watching.ended
  const after = wallClock()
  const atBegin = traffic.begun + after
  const syns = new Map<number, number>()
  for (const { time, text } of await tcpdumpOf(file)) {
    const port = Number(/ \d+(?:\.\d+){3}\.(\d+) > /.exec(text)?.[1])
    if (!syns.has(port)) syns.set(port, Number(BigInt(time.replace('.', '')) - atBegin))
  }
  const arrivals = flows.flatMap((flow) => {
    const synNs = syns.get(flow.localPort)
    return synNs === undefined ? [] : [{ plannedNs: flow.plannedNs, startNs: flow.startNs, bytes: flow.bytes, asked: flow.asked, synNs }]
  })
  return { flows: flows.length, arrivals, clockErrorNs: Math.abs(Number(after - before)) }
}

/** How much the wall clock, ns since 1970, is ahead of CLOCK_MONOTONIC: at the edge of a millisecond both are known. */
function wallClock(): bigint {
  const offsets = Array.from({ length: 20 }, () => {
    const before = Date.now()
    let now = before
    while (now === before) now = Date.now()
    return BigInt(now) * 1_000_000n - process.hrtime.bigint()
  })
  // Where something came between the two clocks, the difference is too small.
  return offsets.reduce((most, one) => (one > most ? one : most))
}

/** The distance of Kolmogorov and Smirnov between these gaps and an exponential distribution with that mean, times the root of their number. */
export function distanceFromExponential(gaps: readonly number[], mean: number): number {
  const sorted = gaps.toSorted((left, right) => left - right)
  const distances = sorted.map((gap, index) => {
    const expected = 1 - Math.exp(-Math.max(0, gap) / mean)
    return Math.max(expected - index / sorted.length, (index + 1) / sorted.length - expected)
  })
  return Math.max(...distances) * Math.sqrt(sorted.length)
}

/** Which that distance exceeds in one of 1000 cases where the distribution is the one expected. */
export const mostDistance = 1.95

export const gapsOf = (times: readonly number[]): number[] => {
  const sorted = times.toSorted((left, right) => left - right)
  return sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0))
}
