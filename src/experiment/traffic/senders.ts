import type { Host } from '../../testbed/index.ts'
import { type Connection, portsOf, senderOf } from './connections.ts'
import type { TrafficPath } from './run-traffic.ts'

/** The sockets that send the data of some traffic: where they are, and whose they are. */
export class Senders {
  readonly hosts: readonly Host[]
  /** The least and the most of the ports that are listened on, which each connection has at one end. */
  readonly ports: readonly [number, number]
  /** The first plan of each connection, by its namespace and ports. */
  readonly #plans = new Map<number, number>()
  /** Small numbers for namespaces. */
  readonly #places: readonly number[]

  constructor(path: TrafficPath, connections: readonly Connection[]) {
    const hosts = new Set<Host>()
    const senders = connections.map((connection) => {
      const end = senderOf(connection)
      const { host } = connection.from.end === end ? connection.from : connection.to
      const sender = path[end][host]
      if (sender !== undefined) hosts.add(sender)
      return sender?.namespace ?? 0
    })
    this.hosts = [...hosts]
    this.#places = this.hosts.map(({ namespace }) => namespace)
    for (const [index, connection] of connections.entries()) {
      const { localPort, remotePort } = portsOf(connection)
      this.#plans.set(this.#key(senders[index] ?? 0, localPort, remotePort), connection.items[0]?.plan ?? 0)
    }
    const ports = connections.map(({ listenerPort }) => listenerPort)
    this.ports = [ports.reduce((least, one) => Math.min(least, one), 0xffff), ports.reduce((most, one) => Math.max(most, one), 0)]
  }

  /** Undefined for a socket that sends nothing of this traffic. */
  planOf(namespace: number, localPort: number, remotePort: number): number | undefined {
    return this.#plans.get(this.#key(namespace, localPort, remotePort))
  }

  #key(namespace: number, localPort: number, remotePort: number): number {
    return (this.#places.indexOf(namespace) + 1) * 2 ** 32 + localPort * 2 ** 16 + remotePort
  }
}
