import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { ccdk, ccdkUnprivileged, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'

const test = suite('ccdk path', [needs.root, needs.iperf3, needs.ping])

const link = ['--rate', '100mbit', '--rtt', '20ms', '--limit', '1bdp']
const up = (options: readonly string[], ...command: string[]) => ccdk(['path', 'up', ...options, '--', ...command])

let names = 0
/** A name that no other path of this machine has. */
const uniqueName = (): string => `test-${process.pid}-${(names += 1)}`

/** The processes that were started by a process, and by those. */
function descendants(pid: number): number[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
  return children.flatMap((child) => [Number(child), ...descendants(Number(child))])
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

test('a command on the client has the terminal, the path, the names and the addresses', async () => {
  const script = 'echo $CCDK_PATH $CCDK_CLIENT $CCDK_SERVER $CCDK_SERVER_IPV6; getent ahosts server; ping -c 1 -W 2 server'
  const name = uniqueName()
  const { exitCode, stdout, stderr } = await up([...link, '--name', name], 'sh', '-c', script)
  assert.is(exitCode, 0, stderr)
  assert.match(stdout, `${name} 198.18.0.1 198.18.1.1 2001:2:0:1::1\n`)
  assert.match(stdout, /^2001:2:0:1::1 .*\n(?:.*\n)*198\.18\.1\.1 /m)
  const rtt = Number(/time=([\d.]+) ms/.exec(stdout)?.[1])
  assert.ok(rtt >= 20, `${rtt} ms`)
  assert.match(stderr, `${name}: 100mbit, 20ms there and back, queue droptail of 250kb, 20ms\n`)
  assert.match(stderr, /to the servers +\d/)
})

test('its exit code is that of the command', async () => {
  assert.is((await up(link, 'sh', '-c', 'exit 7')).exitCode, 7)
  assert.is((await up(link, 'sh', '-c', 'kill -TERM $$')).exitCode, 143)
})

test('what cannot be run is known before anything is made', async () => {
  using directory = temporaryDirectory()
  for (const [command, code, words] of [
    ['no-such-program', 127, 'there is no program no-such-program'],
    [directory.path, 127, 'there is no program'],
    ['/etc/passwd', 126, '/etc/passwd is no program that may be run'],
  ] as const) {
    const ran = await ccdk(['path', 'up', ...link, '--json', '--', command])
    assert.is(ran.exitCode, code)
    assert.match(errorOf(ran).message, words)
  }
})

test('what cannot be is refused with what to write instead', async () => {
  const file = join(import.meta.dirname, 'no-such.yaml')
  const cases: [string[], RegExp][] = [
    [[], /nothing says what the path is/],
    [['--rate', '100'], /expected rtt: 10ms/],
    [['--rate', 'fast', '--rtt', '1ms'], /rate: expected a rate such as 100mbit/],
    [[...link, '--clients', '0'], /clients: expected 1 or more/],
    [[...link, '--queue', 'nope'], /unknown key "nope"/],
    [[...link, '--mtu', '9000'], /mtu: the emulator forwards packets of up to 3822 bytes/],
    [[...link, '--frames', '100'], /this path can have \d+ packets on their way .*room for 100/],
    [['--rate', '10gbit', '--rtt', '10s'], /this path can have \d+ packets on their way/],
    [[...link, '--name', 'a/b'], /"a\/b" is no name for a path/],
    [[...link, '--sysctl', 'x'], /"x" is no setting/],
    [[file, '--rate', '1mbit'], /says what the path is: leave --rate out/],
    [[file], /cannot read .*no-such\.yaml: there is no such file/],
    [['a.yaml', 'b.yaml'], /one file at a time/],
  ]
  for (const [options, words] of cases) {
    const ran = await up(options, 'true')
    assert.is(ran.exitCode, 2, `${options.join(' ')}: ${ran.stderr}`)
    assert.match(ran.stderr, words)
  }
})

test('without privileges it says what is missing', async () => {
  using directory = temporaryDirectory()
  chmodSync(directory.path, 0o777)
  const env = { XDG_STATE_HOME: directory.path, XDG_RUNTIME_DIR: directory.path, CCDK_JOURNAL: join(directory.path, 'journal') }
  const ran = await ccdkUnprivileged(['path', 'up', ...link, '--json', '--', 'true'], { env })
  assert.is(ran.exitCode, 4, ran.stderr)
  assert.match(errorOf(ran).message, /it needs CAP_SYS_ADMIN/)
})

test('a server that is started first, and what iperf3 measures through it', async () => {
  await using _ = await machineLock('emulator')
  interface Result {
    end: { sum_received: { bits_per_second: number } }
  }
  interface Up {
    path: { keptUp: boolean; statistics: { links: { longest: { bytes: number }; dropped: { limit: number } }[] } }
  }
  for (let times = 1; ; times += 1) {
    const ran = await ccdk(['path', 'up', ...link, '--json', '--server', 'iperf3 -s', '--', 'iperf3', '-4', '-c', 'server', '-C', 'cubic', '-t', '8', '-O', '2', '-J'])
    assert.is(ran.exitCode, 0, ran.stderr)
    const at = ran.stdout.lastIndexOf('\n{')
    const measured: Result = JSON.parse(ran.stdout.slice(0, at))
    const { path }: Up = JSON.parse(ran.stdout.slice(at))
    const [right] = path.statistics.links
    // A queue that holds a round trip of packets, and never more.
    assert.ok((right?.longest.bytes ?? 0) > 125_000 && (right?.longest.bytes ?? 0) <= 250_000, JSON.stringify(right))
    assert.ok((right?.dropped.limit ?? 0) > 0)
    const rate = measured.end.sum_received.bits_per_second
    // Payload is 1448 of 1514 bytes.
    assert.ok(rate <= 95.6e6 * 1.01, `${rate} bit/s`)
    if (rate >= 94e6) return
    // On a busy machine the emulator, or iperf3, does not get a processor in time, and says so.
    if (!path.keptUp && times < 3) continue
    if (!path.keptUp) {
      console.log(`not judged: ${rate} bit/s while the emulator fell behind`)
      return
    }
    assert.unreachable(`${rate} bit/s`)
  }
})

test('a server that fails ends it', async () => {
  const { exitCode, stderr } = await up([...link, '--server', 'echo wrong >&2; exit 3'], 'sleep', '60')
  assert.is(exitCode, 1)
  assert.match(stderr, '"echo wrong >&2; exit 3" has ended on server (exit code 3): wrong')
})

/** A path that is up, with a command that waits and another that it has started. */
async function waiting(options: readonly string[] = []) {
  const name = uniqueName()
  const { subprocess, pid } = startCcdk(['path', 'up', ...link, '--name', name, ...options, '--', 'sh', '-c', 'sleep 300 & echo ready; wait'])
  let seen = ''
  subprocess.stdout.on('data', (bytes: Buffer) => (seen += bytes.toString()))
  // Four processes have to start, on a machine that may be busy.
  while (!seen.includes('ready') && subprocess.nodeChildProcess.exitCode === null) await sleep(20)
  return { name, pid, subprocess, all: descendants(pid) }
}

const allGone = (pids: readonly number[]) => until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), `all of ${pids.join(', ')} are gone`)

interface Described {
  name: string
  pid: number
  hosts: { name: string; pid: number }[]
  links: Record<'right' | 'left', { rate: { rate: number }; delay: number; queue: { limit: { bytes?: number } }; loss?: { probability: number } }>[]
}

test('a path that is up is listed and can be changed', async () => {
  const { name, pid, subprocess, all } = await waiting(['--clients', '2', '--servers', '1'])
  const { paths } = await documentOf<{ paths: Described[] }>(ccdk(['path', 'list', '--json']))
  const listed = paths.find((path) => path.name === name)
  assert.is(listed?.pid, pid)
  assert.equal(listed?.hosts.map((host) => host.name), ['client-1', 'client-2', 'server'])
  const set = async (...options: string[]) => {
    const { path } = await documentOf<{ path: Described }>(ccdk(['path', 'set', name, '--json', ...options]))
    const [first] = path.links
    assert.ok(first)
    return first
  }
  const slower = await set('--rate', '50mbit')
  assert.equal([slower.right.rate.rate, slower.left.rate.rate], [50e6, 50e6])
  assert.is(slower.right.queue.limit.bytes, 250_000)
  const longer = await set('--rtt', '40ms', '--limit', '1bdp', '--loss', '1%')
  assert.equal([longer.right.delay, longer.left.delay], [20e6, 20e6])
  assert.is(longer.right.queue.limit.bytes, 250_000)
  assert.is(longer.right.loss?.probability, 0.01)
  assert.is(longer.left.loss, undefined)
  const back = await set('--reverse', '--rate', '10mbit', '--delay', '1ms')
  assert.equal([back.right.rate.rate, back.left.rate.rate, back.left.delay], [50e6, 10e6, 1e6])
  for (const [options, words] of [
    [['--rate', 'x'], /rate: expected a rate/],
    [['--rate', '10gbit', '--rtt', '10s'], /packets on their way/],
    [['--link', '2', '--rate', '1mbit'], /link: 1 to 1, not 2/],
    [[], /nothing was said that should change/],
  ] as const) {
    const ran = await ccdk(['path', 'set', name, ...options])
    assert.is(ran.exitCode, 2)
    assert.match(ran.stderr, words)
  }
  const taken = await up([...link, '--name', name], 'true')
  assert.match(taken.stderr, `a path "${name}" is up, in process ${pid}`)
  subprocess.kill('SIGTERM')
  assert.is((await subprocess).exitCode, 143)
  await allGone(all)
  assert.match((await ccdk(['path', 'set', name, '--rate', '1mbit'])).stderr, `path "${name}" is up`)
})

for (const [what, choose] of [
  ['its own process', (pid: number) => pid],
  ['a host', (_: number, hosts: readonly number[]) => hosts[0] ?? 0],
  ['the other host', (_: number, hosts: readonly number[]) => hosts[1] ?? 0],
] as const) {
  test(`nothing is left when ${what} is killed`, async () => {
    const { name, pid, subprocess, all } = await waiting()
    const { paths } = await documentOf<{ paths: Described[] }>(ccdk(['path', 'list', '--json']))
    const hosts = paths.find((path) => path.name === name)?.hosts.map((host) => host.pid) ?? []
    assert.is(hosts.length, 2)
    process.kill(choose(pid, hosts), 'SIGKILL')
    await subprocess
    await allGone(all)
    await ccdk(['path', 'list'])
    const after = await up([...link, '--name', name], 'true')
    assert.is(after.exitCode, 0, after.stderr)
  })
}

test('nothing is left when what forwards is killed, and it says so', async () => {
  const { pid, subprocess, all } = await waiting()
  const forwarder = all.find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('forwarder-process'))
  assert.ok(forwarder)
  process.kill(forwarder, 'SIGKILL')
  const { exitCode, stderr } = await subprocess
  assert.is(exitCode, 1)
  assert.match(stderr, /the process of the emulator ended \(SIGKILL\)/)
  await allGone([pid, ...all])
})

test('Ctrl-C ends the command, and then everything', async () => {
  const { pid, subprocess, all } = await waiting()
  process.kill(-pid, 'SIGINT')
  assert.is((await subprocess).exitCode, 130)
  await allGone(all)
})

test.run()
