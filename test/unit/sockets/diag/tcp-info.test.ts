import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../../src/errors/index.ts'
import { littleEndian } from '../../../../src/kernel/index.ts'
import { decodeTcpInfo } from '../../../../src/sockets/index.ts'

const test = suite('tcp_info')

/** What kernels answer: 5.6 to 6.1, 6.2, 6.7, 6.18, and one that knows more than we do. */
const sizes = [232, 240, 248, 280, 400]

/** Every byte differs from its neighbours, so that a wrong offset shows. */
const counted = (size: number): DataView =>
  new DataView(Uint8Array.from({ length: size }, (_, index) => index % 251).buffer)

test('fields stand where linux/tcp.h puts them', () => {
  const view = counted(280)
  const info = decodeTcpInfo(view)
  assert.is(info.tcpi_state, 0)
  assert.is(info.tcpi_options, 5)
  assert.is(info.tcpi_rtt, view.getUint32(68, littleEndian))
  assert.is(info.tcpi_snd_cwnd, view.getUint32(80, littleEndian))
  assert.is(info.tcpi_bytes_acked, view.getBigUint64(120, littleEndian))
  assert.is(info.tcpi_min_rtt, view.getUint32(148, littleEndian))
  assert.is(info.tcpi_delivery_rate, view.getBigUint64(160, littleEndian))
  assert.is(info.tcpi_delivered_ce, view.getUint32(196, littleEndian))
  assert.is(info.tcpi_snd_wnd, view.getUint32(228, littleEndian))
  assert.is(info.tcpi_total_rto, view.getUint16(240, littleEndian))
  assert.is(info.tcpi_accecn_opt_seen, view.getUint16(278, littleEndian))
})

test('bit fields share their byte', () => {
  const bytes = new Uint8Array(232)
  bytes[6] = littleEndian ? 0x7a : 0xa7
  bytes[7] = littleEndian ? 0b101 : 0b1100_0000
  const info = decodeTcpInfo(new DataView(bytes.buffer))
  assert.equal([info.tcpi_snd_wscale, info.tcpi_rcv_wscale], [10, 7])
  assert.equal([info.tcpi_delivery_rate_app_limited, info.tcpi_fastopen_client_fail], [1, 2])
})

test('only the fields that the kernel filled are there', () => {
  const names = sizes.map((size) => Object.keys(decodeTcpInfo(counted(size))))
  assert.equal(
    names.map((list) => list.length),
    [56, 58, 61, 70, 70],
  )
  assert.not.ok(names[0]?.includes('tcpi_rcv_wnd'))
  assert.ok(names[1]?.includes('tcpi_rehash'))
  assert.ok(names[2]?.includes('tcpi_total_rto_time'))
})

test('two answers do not share anything', () => {
  const first = decodeTcpInfo(counted(232))
  const rtt = first.tcpi_rtt
  decodeTcpInfo(new DataView(new ArrayBuffer(232)))
  assert.is(first.tcpi_rtt, rtt)
})

test('it may stand anywhere in a buffer', () => {
  const bytes = new Uint8Array(300)
  bytes.set(new Uint8Array(counted(232).buffer), 40)
  assert.equal(decodeTcpInfo(new DataView(bytes.buffer), 40, 232), decodeTcpInfo(counted(232)))
})

test('a shorter one is refused, whatever its length', () => {
  fc.assert(
    fc.property(fc.nat(231), (size) => {
      assert.throws(
        () => decodeTcpInfo(new DataView(new ArrayBuffer(size))),
        (error: unknown) => error instanceof ObjectError,
      )
    }),
  )
})

test('a length beyond the buffer is refused', () => {
  assert.throws(() => decodeTcpInfo(new DataView(new ArrayBuffer(240)), 16, 232), /232 bytes or more/)
})

test.run()
