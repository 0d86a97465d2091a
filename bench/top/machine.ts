import { execFileSync } from 'node:child_process'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { load, prepare } from '../../src/loader/index.ts'
import { register } from '../../src/structops/index.ts'
import { createTestbed, type Testbed } from '../../src/testbed/index.ts'
import { openExample } from '../../test/kernel/support/algorithm.ts'

export interface WatchedMachine extends AsyncDisposable {
  bed: Testbed
  /** Of the algorithm. */
  name: string
}

/**
 * What a monitor has to look at: two hosts with so many connections of one algorithm that is written in BPF. The first
 * one is busy, and has some hundred ACKs a second; the others are idle.
 */
export async function watchedMachine(connections: number): Promise<WatchedMachine> {
  await using undo = new AsyncDisposableStack()
  const target = undo.use(new LinuxTarget())
  const loaded = undo.use(load(prepare(await openExample('bpf_cubic'), target), target))
  const [map = ''] = loaded.structOps.keys()
  const { name } = undo.use(register(loaded, map))
  if (name === null) throw new Error('the algorithm has no name')
  const bed = undo.use(await createTestbed())
  const inClient = (...words: string[]) => execFileSync('nsenter', [`--net=/proc/${bed.client.pid}/ns/net`, ...words])
  inClient('ethtool', '-K', 'to-server', 'tso', 'off', 'gso', 'off')
  inClient(...'tc qdisc add dev to-server root tbf rate 10mbit burst 8kb latency 50ms'.split(' '))
  const service = await bed.server.serve({ congestion: name })
  const idle = undo.use(await bed.client.send({ to: service, bytesPerFlow: 1, flows: connections - 1, timeoutSeconds: 60 }))
  await idle.result
  const busy = undo.use(await bed.client.send({ to: service, seconds: 3600, sampleMs: 1000 }))
  busy.result.catch(() => undefined)
  const owned = undo.move()
  return { bed, name, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
