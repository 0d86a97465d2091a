import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { openTcpSocket, socketCongestion, socketTcpInfo } from '../../../src/kernel/index.ts'
import { load, setVariable } from '../../../src/loader/index.ts'
import { decodeTcpInfo } from '../../../src/sockets/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { send } from '../support/traffic.ts'

const test = suite('the examples', [needs.root, needs.structOps])

/** Connects over loopback with an algorithm, and answers the window after some traffic. Its server echoes small pieces. */
async function windowAfter(congestion: string, traffic: (socket: Socket, window: () => number) => Promise<void>): Promise<number> {
  const server = createServer((peer) => {
    peer.on('data', (chunk: Buffer) => chunk.length < 100 && peer.write(chunk))
    // The other end closes by a reset.
    peer.on('error', () => peer.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const fd = openTcpSocket('ipv4', congestion)
  const { number } = fd
  const window = () => {
    const info = socketTcpInfo(number)
    return decodeTcpInfo(new DataView(info.buffer, info.byteOffset, info.byteLength)).tcpi_snd_cwnd
  }
  const socket = new Socket({ fd: fd.release(), readable: true, writable: true })
  try {
    socket.setNoDelay().connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
    await once(socket, 'connect')
    await traffic(socket, window)
    return window()
  } finally {
    socket.destroy()
    await once(server.close(), 'close')
  }
}

test('bpf_rate: it begins with the kernel\'s window, which does not grow while it is not used, however long', async () => {
  const object = await openExample('bpf_rate')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    using registration = register(loaded, 'bpf_rate')
    const window = await windowAfter(registration.name ?? '', async (socket) => {
      for (let round = 0; round < 500; round += 1) {
        socket.write('?')
        await once(socket, 'data')
      }
    })
    assert.ok(window >= 10 && window <= 20, `${window} packets`)
  })
})

test('bpf_empty: a part of the growth comes, however few packets an ACK is for', async () => {
  const object = await openExample('bpf_empty')
  // No ACK of the first window is for the 25 packets that make one.
  setVariable(object, 'growth_percent', 4)
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    using registration = register(loaded, 'bpf_empty')
    const window = await windowAfter(registration.name ?? '', async (socket, present) => {
      // It grows while it is the limit: how soon that is depends on the reader.
      const chunk = Buffer.alloc(1 << 22, 0x41)
      for (let round = 0; round < 1000 && present() <= 10; round += 1) if (!socket.write(chunk)) await once(socket, 'drain')
    })
    assert.ok(window > 10, `${window} packets`)
  })
})

test('bpf_dctcp: a connection whose peer does not agree to ECN runs what was chosen for that', async () => {
  for (const [fallback, expected] of [['reno', 'reno'], ['cubic', 'cubic'], ['', 'bpf_dctcp'], ['none such', 'bpf_dctcp']] as const) {
    const object = await openExample('bpf_dctcp')
    setVariable(object, 'fallback', fallback)
    await leavesNothing(async (target) => {
      using loaded = load(object, target)
      using registration = register(loaded, 'dctcp')
      using sent = await send(registration.name ?? '', 1_000_000)
      const name = expected === 'bpf_dctcp' ? registration.name : expected
      assert.is(socketCongestion(sent.number), name)
    })
  }
})

test.run()
