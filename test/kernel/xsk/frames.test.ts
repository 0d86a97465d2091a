import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { Interfaces } from '../../../src/kernel/index.ts'
import { createSocket, createUmem, DESC, takeStamp, type Umem, type XskSocket } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { enterWires, fillUp, packetLength, Packets } from '../support/xsk.ts'

const test = suite('frames of AF_XDP', [needs.root])

enterWires({ wires: 2 })

/** The second wire, with packets that are too large for one buffer. */
function widen(): void {
  using interfaces = new Interfaces()
  for (const name of ['a1', 'b1']) interfaces.setMtu(name, 9000)
}

function sendOne(umem: Umem, from: XskSocket, address: number): void {
  new Packets(umem).write(address, 5)
  from.tx.push(address, packetLength)
  from.tx.submit()
  from.flush()
}

test('headroom is left free before each packet', () => {
  for (const headroom of [0, 128, 512]) {
    using umem = createUmem({ frames: 64, frameSize: 2048, headroom })
    using a = createSocket(umem, { interface: 'a0' })
    using b = createSocket(umem, { interface: 'b0' })
    fillUp(b, 0, 4)
    sendOne(umem, a, 32 * 2048)
    assert.is(b.rx.peek(4), 1)
    // XDP's own 256 bytes are there too.
    assert.is(b.rx.address(0) % 2048, 256 + headroom)
    assert.is(umem.frameOf(b.rx.address(0)), b.rx.address(0) - 256 - headroom)
  }
})

test('a stamp says when the program saw the packet, once', () => {
  for (const hook of ['driver', 'generic'] as const) {
    using umem = createUmem({ frames: 64, frameSize: 2048 })
    using a = createSocket(umem, { interface: 'a0', program: 'none' })
    using b = createSocket(umem, { interface: 'b0', hook, stamped: true })
    fillUp(b, 0, 4)
    const view = new DataView(umem.bytes.buffer, umem.bytes.byteOffset, umem.size)
    for (let turn = 0; turn < 10; turn += 1) {
      const before = Number(process.hrtime.bigint())
      sendOne(umem, a, 32 * 2048)
      const after = Number(process.hrtime.bigint())
      assert.is(b.rx.peek(4), 1)
      const address = b.rx.address(0)
      const seen = takeStamp(view, address)
      assert.ok(seen >= before && seen <= after, `${hook}: ${seen - before} ns of ${after - before}`)
      assert.is(takeStamp(view, address), 0)
      b.rx.release(1)
      b.fill.push(umem.frameOf(address))
      b.fill.submit()
      a.completion.release(a.completion.peek(4))
    }
    assert.throws(() => createSocket(umem, { interface: 'b0' }), /attached with another hook, multiBuffer or stamped/)
  }
})

test('unaligned frames begin anywhere', () => {
  using umem = createUmem({ frames: 40, frameSize: 3000, unaligned: true })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  for (let k = 0; k < 8; k += 1) b.fill.push(100 + k * 3000)
  b.fill.submit()
  for (let k = 0; k < 8; k += 1) sendOne(umem, a, 60_000 + k * 4)
  assert.is(b.rx.peek(16), 8)
  const packets = new Packets(umem)
  for (let k = 0; k < 8; k += 1) {
    assert.is(b.rx.base(k), 100 + k * 3000)
    assert.is(b.rx.address(k), b.rx.base(k) + b.rx.offset(k))
    assert.is(b.rx.offset(k), 256)
    assert.ok(packets.isRight(b.rx.address(k), b.rx.length(k), 5))
  }
  assert.is(a.completion.peek(16), 8)
  for (let k = 0; k < 8; k += 1) assert.is(a.completion.address(k), 60_000 + k * 4)
})

test('a packet that is larger than a frame goes and comes in several', () => {
  widen()
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  assert.throws(() => createSocket(umem, { interface: 'b1' }), (error: unknown) => error instanceof SyscallError && error.errno === 'ERANGE' && /lower the MTU/.test(error.hint))
  using a = createSocket(umem, { interface: 'a1', multiBuffer: true })
  using b = createSocket(umem, { interface: 'b1', multiBuffer: true })
  fillUp(b, 0, 32)
  const packet = Uint8Array.from({ length: 7000 }, (_, index) => (index < 12 ? 0xff : (index * 7) % 251))
  for (let at = 0; at < packet.length; at += 2048) {
    const part = packet.subarray(at, at + 2048)
    const address = (40 + at / 2048) * 2048
    umem.bytes.set(part, address)
    assert.ok(a.tx.push(address, part.length, at + 2048 < packet.length ? DESC.CONTINUED : 0))
  }
  a.tx.submit()
  a.flush()
  const parts = b.rx.peek(32)
  assert.ok(parts >= 4, `${parts} parts`)
  const received = Buffer.concat(Array.from({ length: parts }, (_, k) => umem.data(b.rx.address(k), b.rx.length(k))))
  assert.equal(Uint8Array.from(received), packet)
  assert.equal(Array.from({ length: parts }, (_, k) => b.rx.options(k)), Array.from({ length: parts }, (_, k) => (k < parts - 1 ? DESC.CONTINUED : 0)))
})

test('metadata ask for a checksum, which the kernel computes', () => {
  // ABI: struct xsk_tx_metadata, linux/if_xdp.h: u64 flags, u16 csum_start, u16 csum_offset.
  const XDP_TXMD_FLAGS_CHECKSUM = 2
  using umem = createUmem({ frames: 64, frameSize: 2048, txMetadata: 16, txSoftwareChecksum: true })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  fillUp(b, 0, 8)
  const address = 32 * 2048 + 64
  const packets = new Packets(umem)
  packets.write(address, 9)
  const view = new DataView(umem.bytes.buffer, address - 16, 16 + packetLength)
  view.setUint32(0, XDP_TXMD_FLAGS_CHECKSUM, true)
  view.setUint16(8, 16, true)
  view.setUint16(10, 4, true)
  view.setUint16(16 + 20, 0, true)
  a.tx.push(address, packetLength, DESC.TX_METADATA)
  a.tx.submit()
  a.flush()
  assert.is(b.rx.peek(4), 1)
  const received = umem.data(b.rx.address(0), b.rx.length(0))
  let sum = 0
  for (let at = 16; at < packetLength; at += 2) sum += ((received[at] ?? 0) << 8) | (received[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  assert.is(sum, 0xffff)
})

test('the kernel is told to poll, and says when it wants to be woken', () => {
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  b.busyPoll({ microseconds: 20, budget: 64, prefer: true })
  // In copy mode packets are sent by the call alone, so the kernel always wants it.
  assert.is(a.tx.needsWakeup, true)
  fillUp(b, 0, 4)
  sendOne(umem, a, 32 * 2048)
  b.kickRx()
  assert.is(b.rx.peek(4), 1)
})

test('memory beyond what may be locked is explained', async () => {
  const program = `import { createSocket, createUmem } from '${new URL('../../../src/xsk/index.ts', import.meta.url).pathname}'
    using umem = createUmem({ frames: 4096 })
    try { createSocket(umem, { interface: 'b0' }) } catch (error) { console.log(JSON.stringify({ message: error.message, hint: error.hint })) }`
  const { stdout } = await execa('prlimit', ['--memlock=65536', 'setpriv', '--bounding-set=-ipc_lock', '--inh-caps=-ipc_lock', process.execPath, '--input-type=module-typescript', '-e', program])
  const { message, hint }: { message: string; hint: string } = JSON.parse(stdout)
  assert.match(message, /registering a umem of 16777216 bytes.*ENOBUFS/)
  assert.match(hint, /ulimit -l/)
})

test.run()
