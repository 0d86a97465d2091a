import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import { bindTcpSocket, Interfaces, openTcpSocket, unshareNetwork } from '../../../src/kernel/index.ts'

/** Puts this process into a network namespace of its own with nothing but the loopback. Once, before any socket. */
export function ownLoopback(): void {
  unshareNetwork()
  using interfaces = new Interfaces()
  interfaces.bringUp('lo')
}

export interface Sent extends Disposable {
  /** The descriptor of the sending socket, open until this is disposed of. */
  number: number
}

/** Sends bytes over the loopback with a congestion control and waits until they are read; the receiver has reno. */
export async function send(congestion: string, bytes: number): Promise<Sent> {
  using listening = openTcpSocket('ipv4', 'reno')
  bindTcpSocket(listening, { family: 'ipv4', address: '127.0.0.1', port: 0 })
  const server = createServer()
  server.listen({ fd: listening.release() })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const received = once(server, 'connection').then(async ([peer]: Socket[]) => {
    let left = bytes
    await new Promise<void>((resolve) => peer?.on('data', (chunk) => (left -= chunk.length) <= 0 && resolve()))
    return peer
  })

  using fd = openTcpSocket('ipv4', congestion)
  const { number } = fd
  const socket = new Socket({ fd: fd.release(), readable: true, writable: true })
  socket.connect(address.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(Buffer.alloc(bytes))
  const peer = await received
  const close = (): void => {
    socket.destroy()
    peer?.destroy()
    server.close()
  }
  return { number, [Symbol.dispose]: close }
}
