import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LinuxTarget, openNamespace } from '../../src/kernel/index.ts'
import { Monitor } from '../../src/monitor/index.ts'
import { createTestbed, type Testbed } from '../../src/testbed/index.ts'
import { temporaryDirectory } from '../../test/support/tmp.ts'
import { type Bench, timed } from '../pairs.ts'

/** A testbed with so many idle connections, and a monitor of the client's namespace or of all. */
async function watched(flows: number, isEvery: boolean): Promise<{ bed: Testbed; monitor: Monitor } & AsyncDisposable> {
  await using undo = new AsyncDisposableStack()
  const bed = undo.use(await createTestbed())
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1, flows, timeoutSeconds: 60 })
  await transfer.result
  using namespace = openNamespace(`/proc/${bed.client.pid}/ns/net`)
  const target = undo.use(new LinuxTarget())
  const monitor = undo.use(new Monitor(target, { namespaces: isEvery ? 'every' : [namespace] }))
  const owned = undo.move()
  return { bed, monitor, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Ten thousand sockets, sorted, with a screenful of them as objects, as `ccdk top` shows them. */
export async function monitorSockets(): Promise<Bench> {
  const flows = 10_000
  const { bed, monitor, ...owned } = await watched(flows, false)
  const directory = temporaryDirectory()
  const command = `ss -tinO > ${join(directory.path, 'sockets')}`
  return {
    title: `Look at ${flows} TCP sockets`,
    ours: {
      name: 'ccdk top, a screenful by round trip',
      run: () =>
        timed(() => {
          const { sockets } = monitor.look({ sort: 'srttUs', reverse: true, filter: 'cc=reno', count: 50 })
          if (sockets.matching < flows || sockets.rows.length !== 50) throw new Error(`only ${sockets.matching} sockets`)
        }),
    },
    peer: {
      name: 'ss -tinO > file',
      run: () => timed(() => void execFileSync('nsenter', [`--net=/proc/${bed.client.pid}/ns/net`, 'sh', '-c', command])),
    },
    [Symbol.dispose]: () => {
      directory[Symbol.dispose]()
      void owned[Symbol.asyncDispose]()
    },
  }
}

/** What the monitor takes of one core at 4 Hz, the kernel's part too: both ends of a hundred connections, and nothing drawn. */
export async function monitorCost(): Promise<string> {
  const seconds = 10
  await using watching = await watched(100, true)
  const { monitor } = watching
  for (let warm = 0; warm < 40; warm += 1) monitor.look({ count: 50 })
  const before = process.cpuUsage()
  const start = performance.now()
  for (let taken = 0; taken < 4 * seconds; taken += 1) {
    await sleep(Math.max(0, start + 250 * taken - performance.now()))
    monitor.look({ sort: 'srttUs', count: 50 })
  }
  const { user, system } = process.cpuUsage(before)
  const share = (user + system) / (10 * (performance.now() - start))
  return `What the monitor takes\n  200 sockets at 4 Hz        ${share.toFixed(2)} % of one core\n`
}
