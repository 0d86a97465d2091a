import { createNamespace, type Fd, openNamespace } from '../../kernel/index.ts'
import { causeOf, type Host, startHost, type TestbedOptions } from '../../testbed/index.ts'
import type { HostPlan, Role, TopologyPlan } from './plan.ts'
import { hostInterface, type OffloadsKept, wireUp } from './wire-up.ts'

export interface BuildOptions extends Pick<TestbedOptions, 'sysctls'> {
  /** Of all interfaces, bytes. */
  mtu: number
  /** Whether programs on the hosts can have the terminal of this process. */
  terminal?: boolean
  /** Is told of each step before it is done. */
  tell?: (step: string) => void
}

/** The hosts of a topology, joined to the middle namespace. */
export interface Hosts extends AsyncDisposable {
  /** With where they are, from left to right. */
  all: readonly (HostPlan & { host: Host })[]
  /** Offloads that interfaces keep on, though their packets should be those of a wire. */
  offloadsKept: readonly OffloadsKept[]
}

/** What a host calls what it is joined to. */
const path = 'path'

/**
 * Starts the hosts of a topology and joins each segment to an interface of the middle namespace, `portOf`. Every host
 * knows where every other is: nobody asks, so that nothing waits in the path but what was sent.
 */
export async function buildTopology(plan: TopologyPlan, middle: Fd, options: BuildOptions): Promise<Hosts> {
  await using undo = new AsyncDisposableStack()
  const hosts = await startHosts(plan, options, undo)
  const offloadsKept = await joined(plan, hosts, { middle, options, undo }).catch(async (error: unknown) => {
    throw await causeOf(error, hosts.values())
  })
  const made = undo.move()
  return {
    all: plan.flat().flatMap((one) => {
      const host = hosts.get(one.name)
      return host === undefined ? [] : [{ ...one, host }]
    }),
    offloadsKept,
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  }
}

async function joined(
  plan: TopologyPlan,
  hosts: ReadonlyMap<string, Host>,
  { middle, options, undo }: { middle: Fd; options: BuildOptions; undo: AsyncDisposableStack },
): Promise<OffloadsKept[]> {
  // It lasts as long as the descriptor, and so ends with this process.
  const switches = undo.use(createNamespace())
  using namespaces = new DisposableStack()
  const hostNamespaces = new Map<string, Fd>()
  for (const [name, { pid }] of hosts) hostNamespaces.set(name, namespaces.use(openNamespace(`/proc/${pid}/ns/net`)))
  const offloadsKept = wireUp(plan, { hosts: hostNamespaces, switches, middle }, options)
  options.tell?.('waiting until the interfaces carry traffic')
  await Promise.all([...hosts.values()].map((host) => host.ready(path)))
  return offloadsKept
}

export const hostsOf = ({ all }: Hosts, role: Role): Host[] => all.filter((one) => one.role === role).map(({ host }) => host)

async function startHosts(
  plan: TopologyPlan,
  { sysctls = {}, terminal = false, tell }: BuildOptions,
  undo: AsyncDisposableStack,
): Promise<Map<string, Host>> {
  const hosts = new Map<string, Host>()
  // They end together, however many they are.
  undo.defer(async () => {
    await Promise.all([...hosts.values()].map((host) => host.close()))
  })
  const starting = plan.flat().map(async ({ name, ipv4, ipv6 }) => {
    tell?.(`starting host ${name}`)
    const host = await startHost(name, { sysctls, terminal })
    hosts.set(name, host)
    host.reachedAt({ peer: path, interface: hostInterface, ipv4, ipv6 })
  })
  // All are waited for, so that one that starts while another fails is closed too.
  for (const started of await Promise.allSettled(starting)) if (started.status === 'rejected') throw started.reason
  return hosts
}
