import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { POLL, Poller } from '../../../src/kernel/index.ts'
import { createSocket, createUmem } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires, fillUp, FreeFrames, interfaceCounters, packetLength, Packets, pass } from '../support/xsk.ts'

const test = suite('packets of AF_XDP', [needs.root])

enterWires({ wires: 2, queues: 2 })

test('a packet goes from one end of a wire to the other, and the event loop goes on while it is waited for', async () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  fillUp(b, 0, 16)
  let turns = 0
  const turning = setInterval(() => (turns += 1), 1)
  const readable = Promise.all([b.readable(), b.readable()])
  await sleep(50)
  const packets = new Packets(umem)
  packets.write(32 * 2048, 7)
  a.tx.push(32 * 2048, packetLength)
  a.tx.submit()
  a.flush()
  await readable
  clearInterval(turning)
  assert.ok(turns > 5, `${turns} turns`)
  assert.is(b.rx.peek(64), 1)
  assert.ok(packets.isRight(b.rx.address(0), b.rx.length(0), 7))
  assert.equal(umem.data(b.rx.address(0), packetLength), umem.data(32 * 2048, packetLength))
  b.rx.release()
  assert.is(a.completion.peek(64), 1)
  assert.is(a.completion.address(0), 32 * 2048)
})

test('waiting for several sockets blocks no longer than asked, and finds the one that has a packet', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  const poller = new Poller(3)
  poller.set(0, a.fd.number, POLL.IN)
  poller.set(2, b.fd.number, POLL.IN)
  const start = process.hrtime.bigint()
  assert.is(poller.wait(300_000), 0)
  const waited = Number(process.hrtime.bigint() - start)
  assert.ok(waited >= 300_000, `${waited} ns`)
  fillUp(b, 0, 16)
  new Packets(umem).write(32 * 2048, 7)
  a.tx.push(32 * 2048, packetLength)
  a.tx.submit()
  a.flush()
  assert.is(poller.wait(), 1)
  assert.equal([0, 1, 2].map((place) => poller.ready(place)), [0, 0, POLL.IN])
  for (const place of [3, -1, 0.5, Number.NaN]) assert.throws(() => poller.set(place, 1, POLL.IN), (error: unknown) => error instanceof UsageError)
  assert.throws(() => poller.wait(Number.NaN), (error: unknown) => error instanceof UsageError)
  assert.throws(() => new Poller(0), (error: unknown) => error instanceof UsageError)
})

test('sending ends when nobody takes what was sent out of the completion ring', () => {
  using umem = createUmem({ frames: 256, frameSize: 2048, completion: 64 })
  using a = createSocket(umem, { interface: 'a0' })
  for (let frame = 0; frame < 200; frame += 1) a.tx.push(frame * 2048, packetLength)
  a.tx.submit()
  const sent: number[] = []
  for (let all = false; !all; ) {
    all = a.flush()
    const count = a.completion.peek(200)
    assert.is(count, all ? 8 : 64)
    for (let k = 0; k < count; k += 1) sent.push(a.completion.address(k) / 2048)
    a.completion.release()
  }
  assert.equal(sent, Array.from({ length: 200 }, (_, frame) => frame))
})

test('10 million packets: none is lost, doubled or altered, and the kernel has counted as many', () => {
  const count = 10_000_000
  const before = [interfaceCounters('a0'), interfaceCounters('b0')]
  using umem = createUmem({ frames: 4096, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0', rx: 0 })
  using b = createSocket(umem, { interface: 'b0', tx: 0 })
  fillUp(b, 0, 2048)
  assert.equal(pass(a, b, { count, batch: 64, free: new FreeFrames(umem, 2048) }), { count, wrong: 0 })
  const none = { rx_dropped: 0, rx_invalid_descs: 0, tx_invalid_descs: 0, rx_ring_full: 0, rx_fill_ring_empty_descs: 0 }
  for (const socket of [a, b]) assert.equal({ ...socket.statistics(), tx_ring_empty_descs: undefined }, { ...none, tx_ring_empty_descs: undefined })
  const [ofA, ofB] = [interfaceCounters('a0'), interfaceCounters('b0')]
  assert.is(ofA.sent - (before[0]?.sent ?? 0), count)
  assert.is(ofB.received - (before[1]?.received ?? 0), count)
  assert.is(ofB.dropped + ofA.dropped, 0)
})

test('one umem serves two queues of two devices: a frame goes on from one to the other without a copy', () => {
  using umem = createUmem({ frames: 4096, frameSize: 2048, fill: 1024, completion: 512 })
  // Packets go in at a0, cross to b0, are sent on by a1, and arrive at b1: on both queues.
  const paths = [0, 1].map((queue) => {
    const [inlet, relayIn, relayOut, outlet] = ['a0', 'b0', 'a1', 'b1'].map((name) => createSocket(umem, { interface: name, queue, rx: 512, tx: 512 }))
    assert.ok(inlet && relayIn && relayOut && outlet)
    return { queue, inlet, relayIn, relayOut, outlet }
  })
  const packets = new Packets(umem)
  assert.is(new Set(paths.map(({ relayIn }) => relayIn.program?.map.number)).size, 1)
  for (const { queue, inlet, relayIn, relayOut, outlet } of paths) {
    const base = queue * 2048
    fillUp(relayIn, base, 512)
    fillUp(outlet, base + 512, 512)
    for (let k = 0; k < 256; k += 1) {
      packets.write((base + 1024 + k) * 2048, queue * 1000 + k)
      inlet.tx.push((base + 1024 + k) * 2048, packetLength)
    }
    inlet.tx.submit()
    inlet.flush()
    assert.is(relayIn.rx.peek(512), 256)
    for (let k = 0; k < 256; k += 1) relayOut.tx.push(relayIn.rx.address(k), relayIn.rx.length(k))
    relayOut.tx.submit()
    relayOut.flush()
    assert.is(outlet.rx.peek(512), 256)
    for (let k = 0; k < 256; k += 1) assert.ok(packets.isRight(outlet.rx.address(k), outlet.rx.length(k), queue * 1000 + k))
    // What a1 has sent are the frames in which b0 received.
    assert.is(relayOut.completion.peek(512), 256)
    for (let k = 0; k < 256; k += 1) assert.is(relayOut.completion.address(k), relayIn.rx.address(k))
  }
  for (const { outlet } of paths) assert.is(outlet.rx.available(), 0)
})

test('two sockets on one queue share its fill and completion rings, and the one that stays gets the packets', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  const b = createSocket(umem, { interface: 'b0' })
  using other = createSocket(umem, { interface: 'b0' })
  assert.is(other.fill, b.fill)
  assert.is(other.completion, b.completion)
  fillUp(b, 0, 16)
  const send = (): void => {
    new Packets(umem).write(32 * 2048, 1)
    a.tx.push(32 * 2048, packetLength)
    a.tx.submit()
    a.flush()
  }
  send()
  assert.equal([b.rx.peek(9), other.rx.peek(9)], [0, 1])
  other[Symbol.dispose]()
  send()
  assert.is(b.rx.peek(9), 1)
  using third = createSocket(umem, { interface: 'b0' })
  b[Symbol.dispose]()
  send()
  assert.is(third.rx.peek(9), 1)
})

test.run()
