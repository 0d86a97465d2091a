import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../../src/errors/index.ts'
import { type NetlinkMessage, zeroEnded } from '../../../../src/kernel/net/netlink.ts'
import { littleEndian } from '../../../../src/kernel/index.ts'
import { Names } from '../../../../src/sockets/diag/names.ts'
import { decodeSocket, readRow, type TcpSocket } from '../../../../src/sockets/diag/row.ts'
import { isTcpState, stateMask, tcpState, tcpStates } from '../../../../src/sockets/diag/tcp-state.ts'
import { diagMessage, INET_DIAG_INFO, INET_DIAG_VEGASINFO, INET_DIAG_CONG, INET_DIAG_SKMEMINFO, INET_DIAG_DCTCPINFO, INET_DIAG_BBRINFO } from '../../../support/diag-message.ts'

const test = suite('inet_diag')

function parse(message: NetlinkMessage): TcpSocket {
  const names = new Names()
  return decodeSocket(message.view, readRow(message, 4242, names), names.texts)
}

test('a message is read field by field', () => {
  const info = new Uint8Array(232)
  new DataView(info.buffer).setUint32(80, 77, littleEndian)
  const memory = new Uint8Array(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9).buffer)
  const socket = parse(
    diagMessage([
      [INET_DIAG_SKMEMINFO, memory],
      [INET_DIAG_CONG, zeroEnded('bpf_dctcp')],
      [INET_DIAG_INFO, info],
      [INET_DIAG_BBRINFO, memory.subarray(0, 20)],
    ]),
  )
  assert.is(socket.info?.tcpi_snd_cwnd, 77)
  assert.equal(
    { ...socket, info: undefined },
    {
      namespace: 4242,
      family: 'ipv4',
      local: { address: '198.18.1.1', port: 40_000 },
      remote: { address: '198.18.1.2', port: 5001 },
      state: 'ESTABLISHED',
      congestion: 'bpf_dctcp',
      cookie: 0x1_ffff_fff0n,
      inode: 4242,
      uid: 1000,
      interface: 7,
      receiveQueue: 200,
      sendQueue: 300,
      info: undefined,
      memory: { rmem_alloc: 1, rcvbuf: 2, wmem_alloc: 3, sndbuf: 4, fwd_alloc: 5, wmem_queued: 6, optmem: 7, backlog: 8, drops: 9 },
      algorithm: { kind: 'bbr', bbr_bw_lo: 1, bbr_bw_hi: 2, bbr_min_rtt: 3, bbr_pacing_gain: 4, bbr_cwnd_gain: 5 },
    },
  )
})

test('what the algorithms of the kernel tell has its own form', () => {
  const words = new Uint8Array(Uint32Array.of(0x0002_0001, 3, 4, 5).buffer)
  assert.equal(parse(diagMessage([[INET_DIAG_VEGASINFO, words]])).algorithm, {
    kind: 'vegas',
    tcpv_enabled: 0x0002_0001,
    tcpv_rttcnt: 3,
    tcpv_rtt: 4,
    tcpv_minrtt: 5,
  })
  if (!littleEndian) return
  assert.equal(parse(diagMessage([[INET_DIAG_DCTCPINFO, words]])).algorithm, {
    kind: 'dctcp',
    dctcp_enabled: 1,
    dctcp_ce_state: 2,
    dctcp_alpha: 3,
    dctcp_ab_ecn: 4,
    dctcp_ab_tot: 5,
  })
})

test('IPv6 addresses are told as text', () => {
  const socket = parse(diagMessage([], 10))
  assert.equal([socket.local.address, socket.remote.address], ['2001:2:0:1::', '2001:2:0:2::'])
})

test('a socket without attributes has no congestion control and no tcp_info', () => {
  const socket = parse(diagMessage([]))
  assert.is(socket.congestion, '')
  assert.is(socket.info, undefined)
})

test('names get numbers by their text, however they end', () => {
  const names = new Names()
  const numberOf = (text: string) => names.numberOf(new DataView(new TextEncoder().encode(text).buffer), 0, text.length)
  const numbers = ['reno\0', 'cubic\0', 'reno', 'reno\0\0x', 'ren', '', '\0'].map(numberOf)
  assert.equal(numbers, [1, 2, 1, 1, 3, 0, 0])
  assert.equal(names.texts, ['', 'reno', 'cubic', 'ren'])
})

test('a message that is cut short anywhere is refused or lacks attributes, and reads nothing beyond its end', () => {
  const whole = diagMessage([
    [INET_DIAG_CONG, zeroEnded('reno')],
    [INET_DIAG_INFO, new Uint8Array(280)],
  ])
  fc.assert(
    fc.property(fc.nat(whole.end - whole.start - 1), (length) => {
      try {
        const socket = parse({ ...whole, end: whole.start + length })
        assert.is(socket.info, undefined)
      } catch (error) {
        if (!(error instanceof ObjectError)) throw error
      }
    }),
  )
})

test('states have the numbers of net/tcp_states.h', () => {
  assert.equal([tcpState(1), tcpState(6), tcpState(10), tcpState(200)], ['ESTABLISHED', 'TIME_WAIT', 'LISTEN', 'CLOSE'])
  assert.is(stateMask(['ESTABLISHED', 'LISTEN']), (1 << 1) | (1 << 10))
  assert.is(stateMask(tcpStates), 0x3ffe)
})

test('a half-open connection is asked for under both its states', () => {
  assert.is(stateMask(['SYN_RECV']), (1 << 3) | (1 << 12))
  assert.is(stateMask(['NEW_SYN_RECV']), (1 << 3) | (1 << 12))
})

test('names that every object of the language has are no states', () => {
  assert.ok(tcpStates.every((name) => isTcpState(name)))
  for (const name of ['constructor', 'toString', '__proto__', '']) assert.not(isTcpState(name), name)
})

test.run()
