import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { Interfaces, openNamespace } from '../../../src/kernel/index.ts'
import { createTestbed, type Host, startHost } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'

const test = suite('the end of a testbed', [needs.root])

const program = new URL('../../fixtures/testbed/hold.ts', import.meta.url).pathname

/** Starts a program that holds a busy testbed, with a wire from each of its hosts into the namespace of `watcher`. */
async function holding(watcher: Host) {
  // Detached: it leads a process group, as a command in a terminal does.
  const subprocess = execa(process.execPath, [program, String(watcher.pid)], { reject: false, detached: true })
  const [line]: string[] = await once(createInterface(subprocess.stdout), 'line', {
    signal: AbortSignal.timeout(60_000),
  })
  const pids: number[] = JSON.parse(line ?? '')
  return { subprocess, pids }
}

/** The wires that end here: each goes when the namespace of its other end does. */
function wires({ pid }: Host): string[] {
  using namespace = openNamespace(`/proc/${pid}/ns/net`)
  using interfaces = new Interfaces(namespace)
  return interfaces
    .list()
    .filter(({ kind }) => kind === 'veth')
    .map(({ name }) => name)
}

for (const [how, end] of [
  ['its program is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['its program is terminated', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['Ctrl-C reaches its whole process group', (pid: number) => process.kill(-pid, 'SIGINT')],
] as const) {
  test(`nothing is left when ${how} in the middle of a transfer`, async () => {
    await using watcher = await startHost('watcher')
    const { subprocess, pids } = await holding(watcher)
    assert.equal(wires(watcher), ['to-client', 'to-server'])
    end(subprocess.nodeChildProcess.pid ?? 0)
    await subprocess
    await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), 'both host processes are gone')
    await until(() => wires(watcher).length === 0, 'their namespaces are gone, and their interfaces')
  })
}

test('killed at any moment of its making, it leaves no process', async () => {
  await using watcher = await startHost('watcher')
  for (const seconds of [0.05, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.7]) {
    const mark = `CCDK_TEST=${watcher.pid}-${seconds}`
    const [name = '', value = ''] = mark.split('=')
    const subprocess = execa(process.execPath, [program, String(watcher.pid)], { reject: false, env: { [name]: value } })
    await sleep(1000 * (seconds + Math.random() / 20))
    subprocess.kill('SIGKILL')
    await subprocess
    await until(() => withVariable(mark).length === 0, `no process of a testbed killed after ${seconds} s is left`)
  }
})

/** The processes that have a variable in their environment. */
const withVariable = (text: string): string[] =>
  globSync('/proc/[0-9]*/environ').filter((file) => {
    try {
      return readFileSync(file, 'latin1').split('\0').includes(text)
    } catch {
      return false
    }
  })

test('signals that a terminal sends do not end the hosts before their parent', async () => {
  await using bed = await createTestbed()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(bed.client.pid, signal)
  await sleep(100)
  const service = await bed.server.serve()
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000 })
  assert.is((await transfer.result).bytes, 1000)
})

test('a host that no longer listens is ended all the same', async () => {
  const host = await startHost('stopped')
  process.kill(host.pid, 'SIGSTOP')
  const started = performance.now()
  await host.close()
  assert.ok(performance.now() - started < 30_000)
  assert.not.ok(existsSync(`/proc/${host.pid}`))
})

test('closing twice at a time is one closing, and both wait for its end', async () => {
  const bed = await createTestbed()
  void bed.close()
  await bed.close()
  assert.not.ok(existsSync(`/proc/${bed.client.pid}`) || existsSync(`/proc/${bed.server.pid}`))
})

test('closing takes the processes and the namespaces away', async () => {
  await using watcher = await startHost('watcher')
  const bed = await createTestbed()
  await bed.client.join(watcher, { mtu: 1500, network: 9 })
  const service = await bed.server.serve({ congestion: 'cubic' })
  const transfer = await bed.client.send({ to: service, seconds: 60 })
  transfer.result.catch(() => undefined)
  await bed.close()
  assert.not.ok(existsSync(`/proc/${bed.client.pid}`) || existsSync(`/proc/${bed.server.pid}`))
  await until(() => wires(watcher).length === 0, 'the namespace of the client is gone')
})

test.run()
