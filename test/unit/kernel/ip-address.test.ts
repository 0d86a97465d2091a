import { SocketAddress } from 'node:net'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { parseAddress, socketAddress } from '../../../src/kernel/net/ip-address.ts'
import { formatIpv4, formatIpv6 } from '../../../src/packets/index.ts'

const test = suite('IP addresses')

const format = (bytes: Uint8Array): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length === 4 ? formatIpv4(view, 0) : formatIpv6(view, 0)
}

/** 16 bytes with the runs of zeros that real addresses have. */
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((words) => Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff])))

for (const text of ['::', '::1', '2001:2:0:1::1', 'fe80::1:0:0:1', '1:2:3:4:5:6:7:8', '0:0:1::', '::ffff:198.18.0.1']) {
  test(`${text} reads and prints as itself`, () => assert.is(format(parseAddress(text)), text))
}

test('a single zero group is written out (RFC 5952)', () => {
  assert.is(format(parseAddress('1:0:3:4:5:6:7:8')), '1:0:3:4:5:6:7:8')
})

test('IPv6 prints as node prints it, and reads back', () => {
  fc.assert(
    fc.property(ipv6, (bytes) => {
      const text = format(bytes)
      // libc writes ::a.b.c.d for some addresses of the long deprecated "IPv4-compatible" range.
      if (bytes.subarray(0, 12).some((byte) => byte !== 0)) {
        assert.is(new SocketAddress({ family: 'ipv6', address: text }).address, text)
      }
      assert.equal(parseAddress(text), bytes)
    }),
  )
})

test('IPv4 prints and reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) =>
      assert.equal(parseAddress(format(bytes)), bytes),
    ),
  )
})

test('what is no address is refused', () => {
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1::2::3', 'fe80::1%eth0', ':', '12345::']) {
    assert.throws(
      () => parseAddress(text),
      (error: unknown) => error instanceof UsageError,
      text,
    )
  }
})

test('a socket address has the port in network order', () => {
  assert.equal(
    [...socketAddress({ family: 'ipv4', address: '198.18.1.2', port: 0x1234 })].slice(2, 8),
    [0x12, 0x34, 198, 18, 1, 2],
  )
  const six = socketAddress({ family: 'ipv6', address: '2001:2::7', port: 80 })
  assert.is(six.length, 28)
  assert.equal([...six].slice(2, 4), [0, 80])
  assert.equal([...six].slice(8, 12), [0x20, 0x01, 0, 2])
  assert.is(six[23], 7)
})

test('a socket address of the wrong family is refused', () => {
  assert.throws(() => socketAddress({ family: 'ipv6', address: '1.2.3.4', port: 1 }), /not of family ipv6/)
})

test.run()
