import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bindTcpSocket, openTcpSocket, type TcpAddress } from '../kernel/index.ts'
import type { ConnectionFacts, Expected, ServeSpec } from './protocol.ts'
import { TestbedError } from '../errors/index.ts'

const backlog = 4096

/** A TCP server that reads whatever comes and counts it. Runs inside a host process. */
export class Sink {
  readonly address: TcpAddress
  readonly #server: Server
  readonly #connections = new Map<string, ConnectionFacts>()
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, address: TcpAddress) {
    this.#server = server
    this.address = address
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** Listens with the congestion control chosen first: accepted connections inherit it from their handshake on. */
  static async listen({ congestion, address }: ServeSpec): Promise<Sink> {
    using fd = openTcpSocket(address.family, congestion)
    bindTcpSocket(fd, address)
    const server = createServer()
    server.listen({ fd: fd.release(), backlog })
    await once(server, 'listening')
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new TestbedError('the service has no TCP address')
    return new Sink(server, { ...address, port: bound.port })
  }

  #accept(socket: Socket): void {
    const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    const connection: ConnectionFacts = { peer, bytes: 0, lastByteAt: 0n, open: true }
    this.#connections.set(keyOf(peer), connection)
    this.#sockets.add(socket)
    socket.on('data', (chunk) => {
      connection.bytes += chunk.length
      connection.lastByteAt = process.hrtime.bigint()
    })
    // A sender that aborts resets the connection; 'close' follows and the count tells what was lost.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      connection.open = false
      this.#sockets.delete(socket)
    })
  }

  connections(): ConnectionFacts[] {
    return [...this.#connections.values()]
  }

  /** Waits until what is expected has come, or cannot come any more, or the time is over; says what did come. */
  async received(expected: Expected[], timeoutMs: number): Promise<ConnectionFacts[]> {
    const deadline = performance.now() + timeoutMs
    const waiting = (): boolean =>
      expected.some(({ peer, bytes }) => {
        const connection = this.#connections.get(keyOf(peer))
        return connection === undefined || (connection.open && connection.bytes < bytes)
      })
    while (waiting() && performance.now() < deadline) await sleep(2)
    return expected.map(
      ({ peer }) => this.#connections.get(keyOf(peer)) ?? { peer, bytes: 0, lastByteAt: 0n, open: false },
    )
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const keyOf = (peer: { address: string; port: number }): string => `${peer.address} ${peer.port}`
