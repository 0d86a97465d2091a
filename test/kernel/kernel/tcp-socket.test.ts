import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import {
  bindTcpSocket,
  type Fd,
  Interfaces,
  openFds,
  openTcpSocket,
  setCongestion,
  socketCongestion,
  socketTcpInfo,
  unshareNetwork,
} from '../../../src/kernel/index.ts'
import { decodeTcpInfo, listTcpSockets } from '../../../src/sockets/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'

const test = suite('TCP sockets', [needs.root])

unshareNetwork()
{
  using interfaces = new Interfaces()
  interfaces.bringUp('lo')
}

/** A server on the loopback whose sockets have `congestion`, and the port it listens on. */
async function listening(
  congestion: string | undefined,
): Promise<{ port: number; accepted: Promise<Socket>; close: () => void }> {
  using fd = openTcpSocket('ipv4', congestion)
  bindTcpSocket(fd, { family: 'ipv4', address: '127.0.0.1', port: 0 })
  const server = createServer()
  server.listen({ fd: fd.release() })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  const accepted = once(server, 'connection').then(([socket]: Socket[]) => {
    if (socket === undefined) throw new Error('no connection')
    return socket
  })
  return { port: address.port, accepted, close: () => server.close() }
}

/** Connects a socket of ours through node; the number stays valid until the socket is closed. */
async function connected(fd: Fd, port: number): Promise<{ socket: Socket; number: number }> {
  const { number } = fd
  const socket = new Socket({ fd: fd.release(), readable: true, writable: true })
  socket.on('error', () => undefined)
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return { socket, number }
}

for (const name of ['reno', 'cubic']) {
  test(`${name} is chosen before the handshake, at both ends`, async () => {
    const server = await listening(name)
    using fd = openTcpSocket('ipv4', name)
    assert.is(socketCongestion(fd.number), name)
    const { socket, number } = await connected(fd, server.port)
    const peer = await server.accepted
    assert.is(socketCongestion(number), name)
    const listed = listTcpSockets({ states: ['ESTABLISHED'] })
    assert.equal(
      listed.map(({ congestion }) => congestion),
      [name, name],
    )
    socket.destroy()
    peer.destroy()
    server.close()
  })
}

test('an open connection can change its algorithm', async () => {
  const server = await listening('cubic')
  using fd = openTcpSocket('ipv4', 'cubic')
  const { socket, number } = await connected(fd, server.port)
  setCongestion(number, 'reno')
  assert.is(socketCongestion(number), 'reno')
  assert.is(decodeTcpInfo(new DataView(socketTcpInfo(number).buffer)).tcpi_state, 1)
  socket.destroy()
  ;(await server.accepted).destroy()
  server.close()
})

test('an unknown algorithm is an error that lists the known ones', () => {
  assert.throws(
    () => openTcpSocket('ipv4', 'no_such_cc'),
    (error: unknown) => {
      return error instanceof SyscallError && error.errno === 'ENOENT' && /there are: .*reno/.test(error.hint)
    },
  )
})

test('an address that nobody has', () => {
  using fd = openTcpSocket('ipv4', undefined)
  const address = { family: 'ipv4', address: '198.18.0.9', port: 80 } as const
  assert.throws(
    () => bindTcpSocket(fd, address),
    (error: unknown) => error instanceof SyscallError && error.errno === 'EADDRNOTAVAIL',
  )
  assert.throws(
    () => bindTcpSocket(fd, { ...address, address: 'localhost' }),
    (error: unknown) => error instanceof UsageError,
  )
})

test('closing with data under way leaves no socket behind, on either side', async () => {
  const server = await listening('cubic')
  using fd = openTcpSocket('ipv4', 'cubic')
  const { socket } = await connected(fd, server.port)
  const peer = await server.accepted
  // Nobody reads, so the data stays in the kernel: without linger 0 both ends would go on as orphans.
  peer.pause()
  socket.pause()
  peer.on('error', () => undefined)
  socket.write(Buffer.alloc(8_000_000))
  peer.write(Buffer.alloc(8_000_000))
  await until(() => listTcpSockets({ states: ['ESTABLISHED'] }).every(({ sendQueue }) => sendQueue > 0), 'both have data to send')
  peer.destroy()
  await until(() => listTcpSockets({ states: ['ESTABLISHED'] }).length === 0, 'the connection is reset')
  assert.equal(listTcpSockets({ states: ['FIN_WAIT1', 'FIN_WAIT2', 'LAST_ACK', 'CLOSING', 'CLOSE_WAIT'] }), [])
  socket.destroy()
  server.close()
  await until(() => listTcpSockets().length === 0, 'no socket is left')
})

test('a connection that ends in good order is not reset', async () => {
  const server = await listening('reno')
  using fd = openTcpSocket('ipv4', 'reno')
  const { socket } = await connected(fd, server.port)
  const peer = await server.accepted
  let received = 0
  peer.on('data', (chunk) => (received += chunk.length))
  socket.resume()
  socket.end(Buffer.alloc(5_000_000))
  const [hadError] = await once(peer, 'close')
  assert.is(hadError, false)
  assert.is(received, 5_000_000)
  server.close()
})

test('no descriptor is left open', () => {
  assert.equal(openFds(), [])
})

test.run()
