import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createNamespace, type Fd, Interfaces, Qdiscs, setNamespaceSysctl, turnGroOn, turnOffloadsOff } from '../../../src/kernel/index.ts'
import type { EmulatorPlan } from '../../../src/emulator/index.ts'
import type { LinkOptions } from '../../../src/link-model/index.ts'

/** Packets that the kernel has counted at an interface. */
export interface Counters {
  received: number
  sent: number
  dropped: number
}

/** A host at the far end of a port's wire. */
export interface EndHost {
  ipv4: string
  ipv6: string
  /** Runs a program in its namespace and answers what it prints. */
  run: (...command: string[]) => string
  /** Starts one there. */
  start: (...command: string[]) => ChildProcess
  /** What its interface has counted. */
  counters: () => Counters
  setSysctl: (name: string, value: string) => void
}

export interface Ends extends Disposable {
  middle: Fd
  /** Runs a program in the middle's namespace and answers what it prints. */
  inMiddle: EndHost['run']
  ports: EmulatorPlan['ports']
  hosts: EndHost[]
}

const sysctls = {
  'net.ipv4.tcp_no_metrics_save': '1',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
  // What a host says of its multicast groups, it says at once and not during a test.
  'net.ipv6.conf.default.mldv2_unsolicited_report_interval': '1',
}
const hardwareAddress = (segment: number): string => `02:cc:0${segment}:00:00:01`

function namespaceWith(settings: Readonly<Record<string, string>>): Fd {
  const namespace = createNamespace()
  for (const [name, value] of Object.entries(settings)) setNamespaceSysctl(namespace, name, value)
  return namespace
}

function countersIn(json: string): Counters {
  const count = (direction: string, what: string): number => Number(new RegExp(`"${direction}":\\{[^}]*"${what}":(\\d+)`).exec(json)?.[1])
  return { received: count('rx', 'packets'), sent: count('tx', 'packets'), dropped: count('rx', 'dropped') + count('tx', 'dropped') }
}

const enter = (namespace: Fd): string => `--net=/proc/${process.pid}/fd/${namespace.number}`
const runIn =
  (namespace: Fd): EndHost['run'] =>
  (...command) =>
    execFileSync('nsenter', [enter(namespace), ...command], { encoding: 'utf8', timeout: 120_000 })

/** Namespaces for an emulator: one in the middle, and one for a host on each of the segments, which all know each other. */
export function makeEnds(segments = 2, mtu = 1500): Ends {
  using made = new DisposableStack()
  const middle = made.use(namespaceWith({ 'net.ipv6.conf.default.disable_ipv6': '1' }))
  using inMiddle = new Interfaces(middle)
  const all = Array.from({ length: segments }, (_, segment) => segment)
  const hosts = all.map((segment) => {
    const namespace = made.use(namespaceWith(sysctls))
    using interfaces = new Interfaces(namespace)
    const far = { name: 'eth0', index: 20 + segment, hardwareAddress: hardwareAddress(segment), namespace }
    inMiddle.createVeth({ name: `port${segment}`, index: 40 + segment }, far, mtu)
    const address = (of: number) => ({ ipv4: `10.8.0.${of + 1}`, ipv6: `fd00::${of + 1}` })
    interfaces.addAddress('eth0', { address: address(segment).ipv4, prefix: 24 })
    interfaces.addAddress('eth0', { address: address(segment).ipv6, prefix: 64 })
    interfaces.bringUp('lo')
    interfaces.bringUp('eth0')
    inMiddle.bringUp(`port${segment}`)
    turnOffloadsOff('eth0', namespace)
    turnOffloadsOff(`port${segment}`, middle)
    // As the topology of a path does it: what finds the port behind waits, and what comes is merged.
    turnGroOn('eth0', namespace)
    using qdiscs = new Qdiscs(namespace)
    qdiscs.put({ interface: far.index, major: 1 }, { kind: 'pfifo', limit: 10_000 })
    for (const other of all) {
      if (other === segment) continue
      for (const one of Object.values(address(other))) {
        interfaces.addNeighbour('eth0', { address: one, hardwareAddress: hardwareAddress(other) })
      }
    }
    const run = runIn(namespace)
    return {
      ...address(segment),
      run,
      start: (...command: string[]) => spawn('nsenter', [enter(namespace), ...command], { stdio: ['ignore', 'pipe', 'pipe'] }),
      counters: () => countersIn(run('ip', '-s', '-j', 'link', 'show', 'eth0')),
      setSysctl: (name: string, value: string) => setNamespaceSysctl(namespace, name, value),
    }
  })
  const owned = made.move()
  return { middle, inMiddle: runIn(middle), hosts, ports: all.map((segment) => ({ interface: `port${segment}` })), [Symbol.dispose]: () => owned.dispose() }
}

/** A link of so many bit/s and ns, the same in both directions. */
export function plainLink(rate: number, delay: number, more: Partial<LinkOptions> = {}): EmulatorPlan['links'][number] {
  const options: LinkOptions = { rate: { kind: 'constant', rate }, delay, queue: { kind: 'droptail', limit: { packets: 1000 } }, ...more }
  return { right: options, left: options }
}

/** What a program has printed when it has ended. */
export async function outputOf(process: ChildProcess): Promise<string> {
  let text = ''
  process.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(process, 'close')
  return text
}
