import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { destinationOf, EVERYWHERE, type FrameFacts, NOWHERE, readFrame, setEcn, tcpFlowHash } from '../../../src/emulator/forwarder/frame.ts'
import { frameOf, type FrameSpec, internetChecksum } from './frames.ts'

const test = suite('frames')

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function read(bytes: Uint8Array, start = 0, length = bytes.length): FrameFacts {
  const facts = { isIp: false, ipAt: -1, ecn: -1, flow: -1 }
  readFrame(viewOf(bytes), start, length, facts)
  return facts
}

const flowOf = (spec: FrameSpec): number => read(frameOf(spec)).flow

const specs: fc.Arbitrary<FrameSpec> = fc.record({
  family: fc.constantFrom(4 as const, 6 as const),
  tags: fc.array(fc.nat(0xfff), { maxLength: 2 }),
  ecn: fc.nat(3),
  dscp: fc.nat(63),
  source: fc.nat(0xffff_ffff),
  destination: fc.nat(0xffff_ffff),
  protocol: fc.constantFrom(1, 6, 17, 58, 132, 99),
  ports: fc.tuple(fc.nat(0xffff), fc.nat(0xffff)),
  options: fc.nat(10).map((words) => words * 4),
  extensions: fc.array(fc.tuple(fc.constantFrom(0, 43, 51, 60), fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
  payload: fc.nat(60),
})

test('finds the IP header behind tags, and its ECN field', () => {
  fc.assert(
    fc.property(specs, fc.nat(300), (spec, before) => {
      const frame = frameOf(spec)
      const umem = new Uint8Array(before + frame.length + 20)
      umem.set(frame, before)
      const facts = read(umem, before, frame.length)
      assert.ok(facts.isIp)
      assert.is(facts.ipAt, before + 14 + 4 * (spec.tags?.length ?? 0))
      assert.is(facts.ecn, spec.ecn)
    }),
  )
})

test('setting the ECN field changes nothing else, and the checksum is that of the new header', () => {
  fc.assert(
    fc.property(specs, fc.nat(3), (spec, ecn) => {
      const frame = frameOf(spec)
      const facts = read(frame)
      setEcn(viewOf(frame), facts.ipAt, ecn)
      // Both zeros of one's complement sums are a right checksum of a header; RFC 1624 tells which one comes out.
      assert.equal(frame, frameOf({ ...spec, ecn }))
      if (spec.family === 4) assert.is(internetChecksum(frame.subarray(facts.ipAt, facts.ipAt + 20 + (spec.options ?? 0))), 0)
    }),
    { numRuns: 2000 },
  )
})

test('the example of RFC 1624, 4: a checksum that comes to 0 and not to 0xffff', () => {
  const frame = frameOf({ ecn: 2 })
  const view = viewOf(frame)
  // The identification is set so that the checksum of the header with CE is 0.
  view.setUint16(14 + 4, 0)
  view.setUint16(14 + 10, 0)
  view.setUint8(15, 3)
  view.setUint16(14 + 4, internetChecksum(frame.subarray(14, 34)))
  view.setUint8(15, 2)
  view.setUint16(14 + 10, internetChecksum(frame.subarray(14, 34)))
  setEcn(view, 14, 3)
  assert.is(view.getUint16(24), 0)
  assert.is(internetChecksum(frame.subarray(14, 34)), 0)
})

test('a checksum that was wrong stays wrong', () => {
  const frame = frameOf({ ecn: 1 })
  viewOf(frame).setUint16(24, viewOf(frame).getUint16(24) ^ 0x10)
  setEcn(viewOf(frame), 14, 3)
  assert.is.not(internetChecksum(frame.subarray(14, 34)), 0)
})

test('a flow is its addresses, protocol and ports', () => {
  fc.assert(
    fc.property(specs, fc.nat(3), fc.nat(63), (spec, ecn, dscp) => {
      assert.is(flowOf(spec), flowOf({ ...spec, ecn, dscp, payload: 60, options: 0, extensions: [], tags: [] }))
    }),
  )
  for (const family of [4, 6] as const) {
    const one: FrameSpec = { family, source: 1, destination: 2, protocol: 6, ports: [10, 20] }
    const others: FrameSpec[] = [{ source: 3 }, { destination: 3 }, { protocol: 17 }, { ports: [11, 20] }, { ports: [10, 21] }]
    const flows = [one, ...others.map((other) => ({ ...one, ...other }))].map(flowOf)
    assert.is(new Set(flows).size, flows.length)
  }
})

test('flows of one host spread over all 32 bits', () => {
  const flows = Array.from({ length: 4096 }, (_, port) => flowOf({ ports: [port, 443] }))
  assert.is(new Set(flows).size, flows.length)
  const buckets = new Map<number, number>()
  for (const flow of flows) buckets.set(flow >>> 24, (buckets.get(flow >>> 24) ?? 0) + 1)
  assert.ok(Math.max(...buckets.values()) < 3 * (flows.length / 256))
})

test('all fragments of a packet are of one flow', () => {
  const flows = [0x2000, 0x2010, 0x0020].map((fragment, number) => flowOf({ fragment, ports: [number, number] }))
  assert.is(new Set(flows).size, 1)
  const later = [3, 4].map((number) => flowOf({ family: 6, extensions: [[44, 1]], ports: [number, number] }))
  assert.is(new Set(later).size, 1)
})

test('ICMP has no ports', () => {
  assert.is(flowOf({ protocol: 1, ports: [1, 2] }), flowOf({ protocol: 1, ports: [3, 4] }))
  assert.is(flowOf({ family: 6, protocol: 58, ports: [1, 2] }), flowOf({ family: 6, protocol: 58, ports: [3, 4] }))
})

test('a frame that ends anywhere: nothing after its end counts', () => {
  fc.assert(
    fc.property(specs, fc.nat(0xff), (spec, filler) => {
      const frame = frameOf(spec)
      for (let length = 0; length <= frame.length; length += 1) {
        const umem = new Uint8Array(frame.length + 64).fill(filler)
        umem.set(frame.subarray(0, length))
        const [one, other] = [read(umem, 0, length), read(frame.slice(0, length))]
        assert.equal(one, other)
        if (one.ipAt !== 0) assert.ok(one.ipAt + (spec.family === 6 ? 40 : 20) <= length)
      }
    }),
    { numRuns: 30 },
  )
})

test('any bytes at all are read, within their end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0x0800, 0x86dd, 0x8100), (bytes, type) => {
      const frame = Uint8Array.from(bytes)
      if (frame.length >= 14) viewOf(frame).setUint16(12, type)
      const { ipAt, ecn, flow, isIp } = read(frame)
      assert.ok(ecn >= 0 && ecn <= 3 && flow >= 0 && flow <= 0xffff_ffff)
      if (ipAt === 0) assert.is(ecn, 0)
      else assert.ok(isIp && ipAt + 20 <= frame.length)
    }),
    { numRuns: 5000 },
  )
})

test('what is no IP is not taken for it', () => {
  const arp = frameOf({})
  viewOf(arp).setUint16(12, 0x0806)
  assert.equal(read(arp), { isIp: false, ipAt: 0, ecn: 0, flow: 0 })
  const lies = frameOf({ family: 6, ecn: 3 })
  viewOf(lies).setUint16(12, 0x0800)
  assert.equal(read(lies), { isIp: true, ipAt: 0, ecn: 0, flow: 0 })
})

test('where a frame goes', () => {
  const to = (address: string): number => destinationOf(viewOf(frameOf({ to: address })), 0, 60)
  assert.is(to('02:cc:00:00:00:01'), 0)
  assert.is(to('02:cc:02:00:12:34'), 2)
  assert.is(to('ff:ff:ff:ff:ff:ff'), EVERYWHERE)
  assert.is(to('33:33:00:00:00:01'), EVERYWHERE)
  assert.is(to('02:cc:02:01:00:00'), NOWHERE)
  assert.is(to('02:cd:02:00:00:00'), NOWHERE)
  assert.is(destinationOf(viewOf(new Uint8Array(13)), 0, 13), NOWHERE)
})

test('the hash of a TCP connection is that of its packets', () => {
  fc.assert(
    fc.property(specs, fc.nat(0xffff), fc.nat(0xffff), (spec, from, to) => {
      const frame = frameOf({ ...spec, tags: [], protocol: 6, extensions: [], options: 0, ports: [from, to] })
      const [at, size] = spec.family === 4 ? [26, 4] : [22, 16]
      const hash = tcpFlowHash({ address: frame.subarray(at, at + size), port: from }, { address: frame.subarray(at + size, at + 2 * size), port: to })
      assert.is(hash, read(frame).flow)
    }),
  )
})

test.run()
