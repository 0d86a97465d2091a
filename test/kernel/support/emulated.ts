import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createNamespace, type Fd, Interfaces, turnOffloadsOff } from '../../../src/kernel/index.ts'
import type { EmulatorPlan } from '../../../src/emulator/index.ts'
import type { LinkOptions } from '../../../src/link-model/index.ts'

/** A host at the far end of a port's wire. */
export interface EndHost {
  ipv4: string
  ipv6: string
  /** Runs a program in its namespace and answers what it prints. */
  run: (...command: string[]) => string
  /** Starts one there. */
  start: (...command: string[]) => ChildProcess
  /** A counter of its interface, as `/sys/class/net` names it. */
  counter: (name: string) => number
  setSysctl: (name: string, value: string) => void
}

export interface Ends extends Disposable {
  middle: Fd
  ports: EmulatorPlan['ports']
  hosts: EndHost[]
}

const sysctls = {
  'net.ipv4.tcp_no_metrics_save': '1',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
}
const hardwareAddress = (segment: number): string => `02:cc:0${segment}:00:00:01`

/** Namespaces for an emulator: one in the middle, and one for a host on each of the segments, which all know each other. */
export function makeEnds(segments = 2, mtu = 1500): Ends {
  using made = new DisposableStack()
  const middle = made.use(createNamespace({ ...sysctls, 'net.ipv6.conf.default.disable_ipv6': '1' }))
  using inMiddle = new Interfaces(middle)
  const all = Array.from({ length: segments }, (_, segment) => segment)
  const hosts = all.map((segment) => {
    const namespace = made.use(createNamespace(sysctls))
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
    for (const other of all) {
      if (other === segment) continue
      for (const one of Object.values(address(other))) {
        interfaces.addNeighbour('eth0', { address: one, hardwareAddress: hardwareAddress(other) })
      }
    }
    const enter = `--net=/proc/${process.pid}/fd/${namespace.number}`
    const run = (...command: string[]): string => execFileSync('nsenter', [enter, ...command], { encoding: 'utf8' })
    return {
      ...address(segment),
      run,
      start: (...command: string[]) => spawn('nsenter', [enter, ...command], { stdio: ['ignore', 'pipe', 'pipe'] }),
      counter: (name: string) => Number(/\d+/.exec(run('cat', `/sys/class/net/eth0/statistics/${name}`))),
      setSysctl: (name: string, value: string) => void run('sysctl', '-qw', `${name}=${value}`),
    }
  })
  const owned = made.move()
  return { middle, hosts, ports: all.map((segment) => ({ interface: `port${segment}` })), [Symbol.dispose]: () => owned.dispose() }
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
