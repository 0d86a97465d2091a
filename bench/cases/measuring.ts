import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPath, type Path } from '../../src/emulator/index.ts'
import { flowPlans, Measuring, networkOf, runTraffic, type SampleColumns, workloadOf, type WorkloadInput } from '../../src/experiment/index.ts'
import { CpuMeter, LinuxTarget } from '../../src/kernel/index.ts'
import { pathOf } from '../../src/spec/index.ts'
import { createTestbed } from '../../src/testbed/index.ts'

/** For how long it is looked at, ms. */
const lookMs = 10_000
/** Until all are connected, and functions are compiled, ms. */
const settleMs = 8000

type MeasuredPath = Pick<Path, 'clients' | 'servers' | 'links' | 'telemetry' | 'mtu'>

/**
 * What measuring takes of one core, the kernel's part too: sockets, ACKs, and the emulator's record of packets; and whether
 * each flow was in each sample, and how far from its time.
 */
export async function measuringCost(): Promise<string> {
  const resolved = pathOf({ rate: '100mbit', rtt: '20ms' })
  const bulk: WorkloadInput = [{ bulk: { flows: 100, seconds: 30 } }]
  const lines = await onPath(async (path) => [
    `  100 flows at 10 Hz, 100 Mbit/s of packets: ${await costOf(path, bulk, { sampleHz: 10 })}`,
    `  the same with each ACK:                    ${await costOf(path, bulk, { sampleHz: 10, acks: true })}`,
  ])
  await using bed = await createTestbed()
  const wire = { clients: [bed.client], servers: [bed.server], links: resolved.links, telemetry: undefined, mtu: 1500 }
  const many = await costOf(wire, [{ incast: { senders: 5000, bytes: '1kb', every: '30s', seconds: 60 } }], { sampleHz: 1 })
  return ['What measuring takes', ...lines, `  5000 flows at 1 Hz:                        ${many}`, ''].join('\n')

  async function onPath<T>(measure: (path: MeasuredPath) => Promise<T>): Promise<T> {
    await using path = await openPath(resolved, { telemetry: {} })
    return await measure(path)
  }
}

async function costOf(path: MeasuredPath, workload: WorkloadInput, sampling: { sampleHz: number; acks?: boolean }): Promise<string> {
  const rates = { forward: 100e6, reverse: 100e6 }
  const plans = [...flowPlans(workloadOf(workload, { rates, clients: 1, servers: 1 }), 1)]
  using target = new LinuxTarget()
  await using traffic = await runTraffic({ path, plans, cc: () => ({ cc: 'cubic', arm: 'A' }), seconds: 60 })
  using measuring = Measuring.begin({ path, traffic, ...sampling, arms: [{ name: 'A', programs: [] }], target })
  await sleep(settleMs)
  const before = process.cpuUsage()
  const begin = Number(process.hrtime.bigint() - traffic.begun)
  await sleep(lookMs)
  const { user, system } = process.cpuUsage(before)
  const end = Number(process.hrtime.bigint() - traffic.begun)
  const raw = measuring.end({ flows: [], ends: [], firstRecords: Uint32Array.from(plans.keys()), endNs: end })
  await traffic.close()
  const share = (user + system) / (end - begin) * 1e5
  const acks = raw.acks === undefined ? '' : `; ${raw.acks.columns.timeNs.filter((time) => time >= begin).length} ACKs, ${raw.acks.unread} unread`
  return `${share.toFixed(2)} % of one core; ${samplesIn(raw.samples, { begin, end, hz: sampling.sampleHz, flows: traffic.connections.length })}${acks}`
}

/** How many samples there were of those that there should be, whether each flow was in all of them, and how far one was from its time at the most. */
function samplesIn({ timeNs }: SampleColumns, { begin, end, hz, flows }: { begin: number; end: number; hz: number; flows: number }): string {
  const counts = new Map<number, number>()
  for (const time of timeNs) if (time >= begin && time < end) counts.set(time, (counts.get(time) ?? 0) + 1)
  const whole = [...counts.values()].filter((count) => count === flows).length
  const period = 1e9 / hz
  const errors = [...counts.keys()].map((time) => Math.abs(time - Math.round(time / period) * period))
  const due = Math.floor(end / period) - Math.ceil(begin / period) + 1
  return `${whole} of ${due} samples with every flow, ${(Math.max(...errors) / 1e6).toFixed(1)} ms from their time at most`
}

/** CPU time of sending and receiving, the kernel's part that falls to the processes too, beside iperf3's; over a wire. */
export async function trafficCost(): Promise<string> {
  const lines = ['What traffic takes, s of CPU for each GB']
  for (let round = 0; round < 3; round += 1) lines.push(`  ccdk ${await ours()}   iperf3 ${await iperf3()}`)
  return `${lines.join('\n')}\n`
}

const seconds = 2

async function ours(): Promise<string> {
  await using bed = await createTestbed()
  const resolved = pathOf({ rate: '10gbit', rtt: '1ms' })
  const plans = [...flowPlans(workloadOf([{ bulk: { seconds } }], networkOf(resolved)), 1)]
  const path = { clients: [bed.client], servers: [bed.server] }
  await using traffic = await runTraffic({ path, plans, cc: () => ({ cc: 'cubic', arm: 'A' }), seconds: 2 * seconds })
  const meter = new CpuMeter(traffic.processes)
  await sleep(1000 * seconds)
  const use = meter.read()
  const { flows } = await traffic.result
  const spent = [...use.processes.values()].reduce((sum, cores) => sum + cores, 0) * use.seconds
  const bytes = flows.reduce((sum, flow) => sum + flow.bytes, 0)
  return figure(spent, bytes, seconds)
}

async function iperf3(): Promise<string> {
  await using bed = await createTestbed()
  const server = await bed.server.run('iperf3', ['-s', '-1'])
  await sleep(300)
  const address = bed.server.addresses[0]?.ipv4 ?? ''
  const text = execFileSync('nsenter', [`--net=/proc/${bed.client.pid}/ns/net`, 'iperf3', '-c', address, '-t', String(seconds), '-C', 'cubic', '-J'])
  await server.ended
  const { end } = JSON.parse(text.toString())
  const { host_total: own, remote_total: other } = end.cpu_utilization_percent
  return figure(((own + other) / 100) * seconds, end.sum_received.bytes, seconds)
}

const figure = (spent: number, bytes: number, time: number): string =>
  `${((spent / bytes) * 1e9).toFixed(3).padStart(6)} at ${((bytes * 8) / time / 1e9).toFixed(1)} Gbit/s`
