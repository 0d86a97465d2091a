import { once } from 'node:events'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { createSocket, createUmem } from '../../../src/xsk/index.ts'
import { buildLibxdpPeer, libxdpEnvironment } from '../../support/libxdp-peer.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { enterWires, fillUp, FreeFrames, Packets, receiveSome, sendSome } from '../support/xsk.ts'

const test = suite('packets to and from sockets of libxdp', [needs.root, needs.gcc, needs.libxdp])

enterWires()

const count = 1500

test('what libxdp sends is received as it was', async () => {
  using directory = temporaryDirectory()
  const peer = await buildLibxdpPeer(directory.path)
  using umem = createUmem({ frames: 4096, frameSize: 2048 })
  using b = createSocket(umem, { interface: 'b0' })
  fillUp(b, 0, 2048)
  const { stdout } = await execa(peer, ['send', 'a0', String(count)], { env: libxdpEnvironment })
  assert.is(stdout, `sent ${count}`)
  const received = { count: 0, wrong: 0 }
  const packets = new Packets(umem)
  await until(() => {
    receiveSome(b, packets, 64, received)
    return received.count >= count
  }, 'all packets')
  assert.equal(received, { count, wrong: 0 })
  assert.is(b.rx.peek(1), 0)
})

test('what libxdp receives is as it was sent', async () => {
  using directory = temporaryDirectory()
  const peer = await buildLibxdpPeer(directory.path)
  using umem = createUmem({ frames: 4096, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  const child = execa(peer, ['receive', 'b0', String(count)], { env: libxdpEnvironment })
  const { stdout: saying } = child.nodeChildProcess
  assert.ok(saying)
  await once(saying, 'data')
  const free = new FreeFrames(umem)
  const packets = new Packets(umem)
  for (let sent = 0; sent < count; ) sent += sendSome(a, packets, free, Math.min(32, count - sent), sent)
  const { stdout } = await child
  assert.is(stdout, `ready\nreceived ${count} wrong 0`)
})

test.run()
