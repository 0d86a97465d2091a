import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LinuxTarget, openNamespace } from '../../src/kernel/index.ts'
import { AckTrace, SocketSampler } from '../../src/sockets/index.ts'
import { createTestbed, type Testbed } from '../../src/testbed/index.ts'
import { temporaryDirectory } from '../../test/support/tmp.ts'
import { type Bench, timed } from '../pairs.ts'

/** A testbed with so many idle connections, and a sampler of the client's namespace. */
async function connected(flows: number): Promise<{ bed: Testbed; sampler: SocketSampler }> {
  await using undo = new AsyncDisposableStack()
  const bed = undo.use(await createTestbed())
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1, flows, timeoutSeconds: 60 })
  await transfer.result
  using namespace = openNamespace(`/proc/${bed.client.pid}/ns/net`)
  const sampler = new SocketSampler({ namespaces: [namespace] })
  undo.move()
  return { bed, sampler }
}

/** Ten thousand sockets, listed with all that the kernel tells. ss has to write it as text. */
export async function listSockets(): Promise<Bench> {
  const flows = 10_000
  const { bed, sampler } = await connected(flows)
  const directory = temporaryDirectory()
  const command = `ss -tinO > ${join(directory.path, 'sockets')}`
  return {
    title: `List ${flows} TCP sockets`,
    ours: {
      name: 'ccdk, ten columns',
      run: () =>
        timed(() => {
          const sample = sampler.sample()
          if (sample.length < flows) throw new Error(`only ${sample.length} sockets`)
          for (const field of ['state', 'remotePort', ...fields] as const) sample.column(field)
        }),
    },
    peer: {
      name: 'ss -tinO > file',
      run: () => timed(() => void execFileSync('nsenter', [`--net=/proc/${bed.client.pid}/ns/net`, 'sh', '-c', command])),
    },
    [Symbol.dispose]: () => {
      sampler[Symbol.dispose]()
      directory[Symbol.dispose]()
      void bed.close()
    },
  }
}

const fields = [
  'tcpi_ca_state',
  'tcpi_rtt',
  'tcpi_rttvar',
  'tcpi_snd_ssthresh',
  'tcpi_snd_cwnd',
  'tcpi_total_retrans',
  'tcpi_pacing_rate',
  'tcpi_bytes_acked',
] as const

/** What sampling takes of one core, the kernel's part too. */
export async function samplingCost(): Promise<string> {
  const lines: string[] = []
  for (const { flows, hertz } of [{ flows: 100, hertz: 10 }, { flows: 5000, hertz: 1 }]) {
    const { bed, sampler } = await connected(flows)
    try {
      for (let warm = 0; warm < 20; warm += 1) sampler.sample()
      const before = process.cpuUsage()
      const start = performance.now()
      for (let taken = 0; taken < 10 * hertz; taken += 1) {
        await sleep(Math.max(0, start + (1000 * taken) / hertz - performance.now()))
        const sample = sampler.sample()
        for (const field of fields) sample.column(field)
      }
      const { user, system } = process.cpuUsage(before)
      const share = (user + system) / (10 * (performance.now() - start))
      lines.push(`  ${flows} flows at ${hertz} Hz`.padEnd(27) + `${share.toFixed(2)} % of one core`)
    } finally {
      sampler[Symbol.dispose]()
      await bed.close()
    }
  }
  return `What sampling sockets takes\n${lines.join('\n')}\n`
}

/** Events of all segments that either host gets, without offloads so that there are many, and what reading them takes. */
export async function tracingCost(): Promise<string> {
  await using bed = await createTestbed()
  for (const [{ pid }, device] of [[bed.client, 'to-server'], [bed.server, 'to-client']] as const) {
    execFileSync('nsenter', [`--net=/proc/${pid}/ns/net`, 'ethtool', '-K', device, 'tso', 'off', 'gso', 'off', 'gro', 'off'])
  }
  using target = new LinuxTarget()
  using trace = new AckTrace(target)
  const service = await bed.server.serve({ congestion: 'cubic' })
  await using transfer = await bed.client.send({ to: service, seconds: 5, flows: 4 })
  const before = process.cpuUsage()
  const start = performance.now()
  let [events, lost] = [0, 0]
  while (performance.now() - start < 4000) {
    await sleep(50)
    const batch = trace.read()
    for (const field of ['time', 'snd_cwnd', 'srtt', 'delivery_rate', 'bytes_acked'] as const) batch.column(field)
    events += batch.length
    lost += batch.lost
  }
  const { user, system } = process.cpuUsage(before)
  const elapsed = performance.now() - start
  await transfer.result
  const share = ((user + system) / (10 * elapsed)).toFixed(2)
  return `What tracing ACKs takes\n  ${Math.round(events / (elapsed / 1000))} events a second, ${lost} lost: ${share} % of one core to read five columns\n`
}
