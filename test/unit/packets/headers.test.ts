import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describe, type Layer, type Protocol, protocolOf, readPacket } from '../../../src/packets/index.ts'
import { ethernet, examplePackets, ipv4, ipv6, raw, tcp, udp } from '../../support/packets.ts'

const test = suite('headers of packets')

const IPV4 = 0x0800
const IPV6 = 0x86dd
const addresses = '02:cc:00:00:00:01 > 02:cc:01:00:00:01'

const last = (bytes: Uint8Array): Layer | undefined => readPacket(bytes).at(-1)
const protocol = (bytes: Uint8Array): Protocol => protocolOf(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)

/** The example, with what is changed at a place. */
function changed(name: string, at: number, ...bytes: readonly number[]): Uint8Array {
  const packet = Uint8Array.from(examplePackets[name] ?? [])
  packet.set(bytes, at)
  return packet
}

const lines: readonly (readonly [name: string, line: string])[] = [
  ['ARP request', 'ARP who has 10.9.0.2, tell 10.9.0.1'],
  ['a SYN with options', 'IPv4 10.9.0.1 > 10.9.0.2 ttl 64 DF, TCP 40000 > 5201 [S] seq 1 win 64240 <mss 1460,sackOK,TS val 3735928559 ecr 0,nop,wscale 7> length 0'],
  ['an AccECN SYN', 'IPv4 10.9.0.1 > 10.9.0.2 ttl 64 DF, TCP 40000 > 5201 [SEWe] seq 1 win 64240 length 0'],
  ['data with CE and DSCP', 'IPv4 10.9.0.1 > 10.9.0.2 dscp 46 ce ttl 64 DF, TCP 40000 > 5201 [P.] seq 4294901760 ack 4294967295 win 64240 length 5'],
  ['AccECN counts', 'IPv4 10.9.0.1 > 10.9.0.2 ttl 64 DF, TCP 40000 > 5201 [.] seq 1 ack 0 win 64240 <accecn ect0 9 ce 256 ect1 3,nop,accecn ect0 - ce - ect1 7,nop,nop,nop> length 0'],
  ['a first fragment', 'IPv4 10.9.0.1 > 10.9.0.2 ttl 64 fragment 0+ of id 99, UDP 40001 > 9 length 1000'],
  ['a later fragment in IPv6', 'IPv6 2001:db8::1 > 2001:db8::2 hlim 64, fragment 1008 of id 0x0000abcd, protocol 17 length 40'],
  ['extension headers', 'IPv6 2001:db8::1 > 2001:db8::2 hlim 64, hop-by-hop header of 8 bytes, destination header of 8 bytes, TCP 40000 > 5201 [S] seq 1 win 64240 length 0'],
  ['VLANs in each other', '802.1ad 100, 802.1Q 4095 drop eligible, IPv6 2001:db8::1 > 2001:db8::2 hlim 64, TCP 40000 > 5201 [S] seq 1 win 64240 length 0'],
  ['802.3', '802.3 length 46'],
]
for (const [name, line] of lines) {
  test(`${name}, in a line`, () => assert.is(describe(readPacket(examplePackets[name] ?? new Uint8Array())), `${addresses}, ${line}`))
}

test('cut short at every length: it says what is missing, and reads the rest as before', () => {
  for (const [name, packet] of Object.entries(examplePackets)) {
    const whole = readPacket(packet)
    for (let length = 0; length < packet.length; length += 1) {
      // Memory that ends there, so that a read beyond it would throw.
      const layers = readPacket(packet.slice(0, length))
      const found = layers.filter(({ kind }) => kind !== 'damaged')
      assert.equal(found.slice(0, -1), whole.slice(0, Math.max(0, found.length - 1)), `${name} of ${length} bytes`)
      assert.is(found.at(-1)?.kind, whole[found.length - 1]?.kind)
      // Only the payload may be shorter.
      if (layers.length < whole.length) assert.is(layers.at(-1)?.kind, 'damaged', `${name} of ${length} bytes`)
      describe(layers)
    }
  }
})

test('what cannot be is said', () => {
  const problems: readonly (readonly [packet: Uint8Array, header: string, problem: string])[] = [
    [changed('UDP', 14, 0x65), 'ipv4', 'version 6'],
    [changed('UDP', 14, 0x44), 'ipv4', 'a header of 16 bytes'],
    [changed('UDP', 14, 0x4f), 'ipv4', 'only 36 of 60 bytes'],
    [changed('UDP', 16, 0, 19), 'ipv4', 'a length of 19, of which 20 are header'],
    [changed('UDP', 16, 0, 24), 'udp', 'only 4 of 8 bytes'],
    [changed('UDP', 38, 0, 7), 'udp', 'a length of 7'],
    [changed('a RST', 46, 0x40), 'tcp', 'a header of 16 bytes'],
    [changed('a RST', 46, 0xf0), 'tcp', 'only 20 of 60 bytes'],
    [changed('extension headers', 14, 0x40), 'ipv6', 'version 4'],
    [changed('extension headers', 55, 255), 'extension', 'only 36 of 2048 bytes'],
  ]
  for (const [packet, header, problem] of problems) {
    const layer = last(packet)
    assert.ok(layer?.kind === 'damaged')
    assert.equal([layer.header, layer.problem], [header, problem])
  }
})

test('options of TCP: a length that cannot be ends them, and one of an unusual length is not taken for its kind', () => {
  const optionsOf = (options: readonly number[]) => {
    const layer = last(ethernet(IPV4, ipv4(tcp({ options }))))
    return layer?.kind === 'tcp' ? layer.options : undefined
  }
  assert.equal(optionsOf([2, 0, 1, 1]), [{ kind: 'damaged', number: 2 }])
  assert.equal(optionsOf([1, 1, 1, 8]), [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'nop' }, { kind: 'damaged', number: 8 }])
  assert.equal(optionsOf([5, 9, 1, 1]), [{ kind: 'damaged', number: 5 }])
  assert.equal(optionsOf([2, 3, 5, 0]), [{ kind: 'other', number: 2, length: 3 }, { kind: 'end' }])
  assert.equal(optionsOf([5, 2, 1, 1]), [{ kind: 'other', number: 5, length: 2 }, { kind: 'nop' }, { kind: 'nop' }])
  assert.equal(optionsOf([253, 4, 9, 9]), [{ kind: 'other', number: 253, length: 4 }])
  assert.equal(optionsOf([34, 2, 1, 1]), [{ kind: 'fast-open', cookie: '' }, { kind: 'nop' }, { kind: 'nop' }])
})

test('what is behind the length that IP gives is padding, and no payload', () => {
  const layer = last(examplePackets['padding behind'] ?? new Uint8Array())
  assert.ok(layer?.kind === 'tcp')
  assert.is(layer.length, 0)
})

test('packets are counted by what they carry', () => {
  const expected: Readonly<Record<string, Protocol>> = {
    'ARP reply': 'arp',
    'an ECN SYN': 'tcp',
    'a VLAN': 'tcp',
    'VLANs in each other': 'tcp',
    'extension headers': 'tcp',
    'a later fragment': 'udp',
    'a later fragment in IPv6': 'udp',
    ping: 'icmp',
    'ping in IPv6': 'icmpv6',
    SCTP: 'ipv4',
    'an unknown type': 'other',
    '802.3': 'other',
  }
  for (const [name, is] of Object.entries(expected)) assert.is(protocol(examplePackets[name] ?? new Uint8Array()), is, name)
  assert.is(protocol(ethernet(IPV6, ipv6(raw(132, new Uint8Array(4))))), 'ipv6')
  assert.is(protocol(ethernet(IPV6, ipv6(raw(1, new Uint8Array(8))))), 'ipv6')
  assert.is(protocol(ethernet(IPV4, ipv4(raw(58, new Uint8Array(8))))), 'ipv4')
})

/** Packets with bytes changed, and any bytes behind headers that are right. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.constantFrom(...Object.values(examplePackets)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
    .map(([packet, changes, length]) => {
      const bytes = packet.slice(0, length % 3 === 0 ? length % (packet.length + 1) : packet.length)
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
      return bytes
    }),
  fc.tuple(fc.constantFrom(0, 43, 44, 51, 60, 135, 6, 17, 58), fc.uint8Array({ maxLength: 120 })).map(([number, bytes]) => ethernet(IPV6, ipv6(raw(number, bytes)))),
  fc.tuple(fc.constantFrom(0x8100, 0x88a8, IPV4, IPV6, 0x0806), fc.uint8Array({ maxLength: 80 })).map(([type, bytes]) => ethernet(type, bytes)),
)

const carried: Readonly<Record<string, Protocol>> = { tcp: 'tcp', udp: 'udp', icmp: 'icmp', icmpv6: 'icmpv6', arp: 'arp' }

test('any bytes: it reads them, says them, and stays inside; who counts agrees with who reads', () => {
  fc.assert(
    fc.property(hostile, (bytes) => {
      const layers = readPacket(bytes)
      assert.ok(layers.length > 0 && describe(layers) !== '')
      JSON.stringify(layers)
      const is = carried[layers.at(-1)?.kind ?? '']
      if (is !== undefined) assert.is(protocol(bytes), is)
      else protocol(bytes)
      // The same packet with other memory around it.
      const around = new Uint8Array(bytes.length + 200).fill(0x45)
      around.set(bytes, 100)
      assert.equal(readPacket(around.subarray(100, 100 + bytes.length)), layers)
      assert.is(protocolOf(new DataView(around.buffer), 100, 100 + bytes.length), protocol(bytes))
    }),
    { numRuns: 5000 },
  )
})

test('UDP gives the length of its header, of which a fragment has only a part', () => {
  const layer = last(ethernet(IPV4, ipv4(udp(new Uint8Array(30))).slice(0, 40)))
  assert.ok(layer?.kind === 'udp')
  assert.is(layer.length, 30)
})

test.run()
