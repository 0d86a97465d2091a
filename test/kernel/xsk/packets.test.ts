import * as assert from 'uvu/assert'
import { openFds, openMappings, POLL, Poller } from '../../../src/kernel/index.ts'
import { createSocket, createUmem, type Umem, type XskSocket } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires } from '../support/xsk.ts'

const test = suite('packets of AF_XDP', [needs.root])

enterWires()

/** Puts frames into a fill ring. */
function fillWith({ fill }: XskSocket, umem: Umem, first: number, count: number): void {
  for (let frame = first; frame < first + count; frame += 1) assert.ok(fill.push(frame * umem.frameSize))
  fill.submit()
}

/** An Ethernet frame of a local experimental type, to everybody. */
function writePacket(umem: Umem, address: number, text: string): number {
  const packet = Buffer.concat([Buffer.alloc(6, 0xff), Buffer.from([2, 0, 0, 0, 0, 1, 0x88, 0xb5]), Buffer.from(text.padEnd(50))])
  umem.data(address, packet.length).set(packet)
  return packet.length
}

test('a packet goes from one end of a wire to the other', async () => {
  {
    using umem = createUmem({ frames: 64, frameSize: 2048 })
    using a = createSocket(umem, { interface: 'a0' })
    using b = createSocket(umem, { interface: 'b0' })
    fillWith(b, umem, 0, 16)
    const readable = b.readable()
    const length = writePacket(umem, 32 * 2048, 'over the wire')
    assert.ok(a.tx.push(32 * 2048, length))
    a.tx.submit()
    a.kickTx()
    await readable
    const poller = new Poller(1)
    poller.set(0, b.fd.number, POLL.IN)
    assert.is(poller.wait(0), 1)
    assert.is(poller.ready(0), POLL.IN)
    assert.is(b.rx.peek(64), 1)
    assert.equal(umem.data(b.rx.address(0), b.rx.length(0)), umem.data(32 * 2048, length))
    b.rx.release()
    assert.is(a.completion.peek(64), 1)
    assert.is(a.completion.address(0), 32 * 2048)
    a.completion.release()
    assert.is(poller.wait(1_000_000), 0)
  }
  // The kernel's types stay in memory once they are read.
  assert.equal([...openFds(), ...openMappings().filter((what) => !what.includes('btf'))], [])
})

test.run()
