import * as assert from 'uvu/assert'
import { createSocket, createUmem, type XskSocket } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires, fillUp, packetLength, Packets } from '../support/xsk.ts'

const test = suite('statistics of AF_XDP', [needs.root])

enterWires()

const none = { rx_dropped: 0, rx_invalid_descs: 0, tx_invalid_descs: 0, rx_ring_full: 0, rx_fill_ring_empty_descs: 0 }

/** Without the one that counts how often there was nothing to send. */
function counted(socket: XskSocket): Record<string, number | undefined> {
  const { tx_ring_empty_descs: empty, ...others } = socket.statistics()
  assert.type(empty, 'number')
  return others
}

/** Sends packets from the upper half of a umem of 64 frames. */
function send(socket: XskSocket, count: number): void {
  const packets = new Packets(socket.umem)
  for (let k = 0; k < count; k += 1) {
    packets.write((32 + k) * 2048, k)
    socket.tx.push((32 + k) * 2048, packetLength)
  }
  socket.tx.submit()
  socket.flush()
}

test('a full rx ring is counted, and what was in it stays', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0', rx: 4 })
  fillUp(b, 0, 32)
  send(a, 20)
  assert.equal(counted(b), { ...none, rx_ring_full: 16 })
  assert.equal(counted(a), none)
  assert.is(b.rx.peek(32), 4)
  const packets = new Packets(umem)
  for (let k = 0; k < 4; k += 1) assert.ok(packets.isRight(b.rx.address(k), b.rx.length(k), k))
})

test('an empty fill ring is counted, in copy mode as drops too', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  fillUp(b, 0, 3)
  send(a, 20)
  const { rx_fill_ring_empty_descs: empty = 0, ...others } = counted(b)
  assert.is(empty, 17)
  assert.equal({ ...none, ...others }, { ...none, rx_dropped: 17 })
  assert.is(b.rx.peek(32), 3)
})

test('addresses that are in no frame do no harm, and those that were to be sent are counted', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  for (const address of [64 * 2048, 2 ** 32, 2 ** 40, -2048, Number.NaN]) b.fill.push(address)
  b.fill.push(0)
  b.fill.submit()
  // The last one begins in the umem and ends after it; options that nobody knows are refused too.
  for (const address of [64 * 2048, 2 ** 33, -64]) a.tx.push(address, packetLength)
  a.tx.push(64 * 2048 - 10, packetLength)
  a.tx.push(32 * 2048, packetLength, 0x80)
  a.tx.submit()
  // The kernel leaves off at each of them, and passes it over.
  assert.ok(a.flush())
  assert.equal(counted(a), { ...none, tx_invalid_descs: 5 })
  send(a, 1)
  assert.is(b.rx.peek(9), 1)
  // NaN is written as 0, which is a frame. Kernels differ in whether they count the others.
  const { rx_invalid_descs: passedOver, ...others } = counted(b)
  assert.equal({ ...others, rx_invalid_descs: 0 }, none)
  assert.ok(passedOver === 0 || passedOver === 4, String(passedOver))
})

test('nothing to send is counted', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  const before = a.statistics().tx_ring_empty_descs ?? Number.NaN
  for (let k = 0; k < 5; k += 1) a.kickTx()
  assert.is(a.statistics().tx_ring_empty_descs, before + 5)
})

test.run()
