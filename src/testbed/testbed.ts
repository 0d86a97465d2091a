import { UsageError } from '../errors/index.ts'
import { Host, type HostOptions } from './host.ts'

export interface LinkOptions {
  /** Of both interfaces, bytes; 1500 when left out. */
  mtu?: number
  /**
   * Which of the test networks the link takes, 1 to 255; two links of one host need different ones. Addresses are
   * 198.18.N.1 and 198.18.N.2 (RFC 2544), 2001:2:0:N::1 and 2001:2:0:N::2 (RFC 5180): ranges kept for benchmarks.
   */
  network?: number
}

export interface TestbedOptions extends LinkOptions {
  /** Set in both namespaces before anything else. */
  sysctls?: Readonly<Record<string, string>>
}

/** Two hosts and the wire between them. Nothing of it is left when it is closed, or when this process ends. */
export interface Testbed extends AsyncDisposable {
  client: Host
  server: Host
  close(): Promise<void>
}

/** By default connections do not learn from the ones before them: each begins with the same window. */
const sysctls: Readonly<Record<string, string>> = { 'net.ipv4.tcp_no_metrics_save': '1' }

/** Joins two hosts by a veth pair, gives both ends addresses and brings them up. */
export async function joinHosts(left: Host, right: Host, { mtu = 1500, network = 1 }: LinkOptions = {}): Promise<void> {
  if (!Number.isInteger(network) || network < 1 || network > 255) {
    throw new UsageError(`network: 1 to 255, not ${network}`)
  }
  await left.join(right, { mtu, network })
  await left.configure(right.name, { ipv4: `198.18.${network}.1`, ipv6: `2001:2:0:${network.toString(16)}::1` })
  await right.configure(left.name, { ipv4: `198.18.${network}.2`, ipv6: `2001:2:0:${network.toString(16)}::2` })
  await Promise.all([left.ready(right.name), right.ready(left.name)])
}

/** Starts a host and sets its sysctls. */
export async function startHost(name: string, options: HostOptions & Pick<TestbedOptions, 'sysctls'> = {}): Promise<Host> {
  const host = await Host.start(name, options)
  try {
    for (const [key, value] of Object.entries({ ...sysctls, ...options.sysctls })) await host.setSysctl(key, value)
    return host
  } catch (error) {
    await host.close()
    throw error
  }
}

/**
 * A client and a server, each a process in a network namespace of its own, joined by a veth pair.
 *
 * Throws a `PermissionError` without CAP_SYS_ADMIN (to make namespaces) or CAP_NET_ADMIN (to make interfaces).
 */
export async function createTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  await using undo = new AsyncDisposableStack()
  const starting = [startHost('client', options), startHost('server', options)] as const
  // Both are waited for, so that one that starts while the other fails is closed too.
  for (const started of await Promise.allSettled(starting)) if (started.status === 'fulfilled') undo.use(started.value)
  const [client, server] = await Promise.all(starting)
  await joinHosts(client, server, options)
  const both = undo.move()
  let closing: Promise<void> | undefined
  // Whoever closes it second waits for the same end; a stack that is being disposed of would answer at once.
  const close = (): Promise<void> => (closing ??= both.disposeAsync())
  return { client, server, close, [Symbol.asyncDispose]: close }
}
