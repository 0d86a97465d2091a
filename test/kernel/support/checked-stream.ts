import { once } from 'node:events'
import { createServer, type Server, Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { bindTcpSocket, type Fd, openTcpSocket } from '../../../src/kernel/index.ts'

/** Bytes and their checksum, as one end of a connection has seen them. */
export interface Seen {
  bytes: number
  sum: number
}

const see = (seen: Seen, chunk: Uint8Array): void => {
  seen.bytes += chunk.length
  seen.sum = crc32(chunk, seen.sum)
}

/** A server in a network namespace that reads and sums what comes, by the sender's port. */
export class CheckedServer implements Disposable {
  readonly port: number
  readonly address: string
  readonly #server: Server
  readonly #ended = new Map<number, Promise<Seen>>()
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, address: string, port: number) {
    this.#server = server
    this.address = address
    this.port = port
    server.on('connection', (socket) => this.#accept(socket))
  }

  static async listen(address: string, namespace: Fd): Promise<CheckedServer> {
    const fd = openTcpSocket('ipv4', 'reno', namespace)
    bindTcpSocket(fd, { family: 'ipv4', address, port: 0 })
    const server = createServer({ allowHalfOpen: true })
    server.listen({ fd: fd.release(), backlog: 128 })
    await once(server, 'listening')
    const bound = server.address()
    return new CheckedServer(server, address, typeof bound === 'object' ? (bound?.port ?? 0) : 0)
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    const seen: Seen = { bytes: 0, sum: 0 }
    socket.on('data', (chunk: Buffer) => see(seen, chunk))
    const ended = once(socket, 'end').then(() => {
      socket.end()
      return seen
    })
    ended.catch(() => undefined)
    this.#ended.set(socket.remotePort ?? 0, ended)
  }

  /** What came of a connection that has ended. */
  async received(port: number): Promise<Seen> {
    const ended = this.#ended.get(port)
    if (ended === undefined) throw new Error(`no connection came from port ${port}`)
    return await ended
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

const chunkSize = 1 << 18

/** Chunks that differ, in a cycle whose length is no power of two: one in the place of another is seen. */
const chunks = Array.from({ length: 7 }, (_, number) => {
  const chunk = Buffer.alloc(chunkSize)
  for (let at = 0; at < chunkSize; at += 4) chunk.writeUInt32LE((at * 2_654_435_761 + number) >>> 0, at)
  return chunk
})

/** A connection that sends until it is told to end, as fast as it may. */
export class CheckedSender {
  readonly #socket: Socket
  readonly #sent: Seen = { bytes: 0, sum: 0 }
  #ending = false
  #count = 0

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  static async connect(server: CheckedServer, congestion: string, namespace: Fd): Promise<CheckedSender> {
    const socket = new Socket({ fd: openTcpSocket('ipv4', congestion, namespace).release(), readable: true, writable: true })
    socket.connect(server.port, server.address)
    await once(socket, 'connect')
    socket.resume()
    return new CheckedSender(socket)
  }

  /** Sends `bytes` at least, or until `end` is called; answers what both ends have seen when all was read. */
  async send(server: CheckedServer, bytes = Infinity): Promise<{ sent: Seen; received: Seen }> {
    const port = this.#socket.localPort ?? 0
    while (!this.#ending && this.#sent.bytes < bytes) {
      const chunk = chunks[this.#count++ % chunks.length] ?? Buffer.alloc(0)
      see(this.#sent, chunk)
      if (!this.#socket.write(chunk)) await once(this.#socket, 'drain')
    }
    const closed = once(this.#socket, 'close')
    this.#socket.end()
    await closed
    return { sent: this.#sent, received: await server.received(port) }
  }

  end(): void {
    this.#ending = true
  }
}
