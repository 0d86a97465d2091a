import * as assert from 'uvu/assert'
import { openFds } from '../../../src/kernel/index.ts'
import type { TcpSocket } from '../../../src/sockets/index.ts'
import { createTestbed, type Host } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { askSs } from '../support/ss.ts'

const test = suite('listing TCP sockets', [needs.root, needs.iproute2])

const place = ({ address, port }: TcpSocket['local'], family: string): string =>
  `${family === 'ipv6' ? `[${address}]` : address}:${port === 0 ? '*' : port}`

/** Our socket in the words of ss, those of them that do not change while a connection is idle. */
function inWordsOfSs({
  family,
  local,
  remote,
  state,
  congestion,
  cookie,
  inode,
  info,
}: TcpSocket): Record<string, string> {
  const connected = info !== undefined && state === 'ESTABLISHED'
  const counters = {
    bytes_sent: info?.tcpi_bytes_sent,
    bytes_acked: info?.tcpi_bytes_acked,
    bytes_received: info?.tcpi_bytes_received,
    segs_out: info?.tcpi_segs_out,
    segs_in: info?.tcpi_segs_in,
    data_segs_out: info?.tcpi_data_segs_out,
    data_segs_in: info?.tcpi_data_segs_in,
    delivered: info?.tcpi_delivered,
    cwnd: info?.tcpi_snd_cwnd,
    mss: info?.tcpi_snd_mss,
    pmtu: info?.tcpi_pmtu,
    advmss: info?.tcpi_advmss,
    rcv_ssthresh: info?.tcpi_rcv_ssthresh,
    snd_wnd: info?.tcpi_snd_wnd,
  }
  return {
    local: place(local, family),
    remote: place(remote, family),
    state,
    ...(congestion === '' ? {} : { congestion }),
    sk: cookie.toString(16),
    ino: String(inode),
    // ss leaves a counter out that is zero.
    ...(connected
      ? Object.fromEntries(
          Object.entries(counters)
            .filter(([, value]) => Number(value) > 0)
            .map(([key, value]) => [key, String(value)]),
        )
      : {}),
    ...(connected
      ? {
          rtt: `${info.tcpi_rtt / 1000}/${info.tcpi_rttvar / 1000}`,
          wscale: `${info.tcpi_snd_wscale},${info.tcpi_rcv_wscale}`,
        }
      : {}),
  }
}

for (const family of ['ipv4', 'ipv6'] as const) {
  test(`${family} connections with cubic, reno and bbr, as ss sees them`, async () => {
    await using bed = await createTestbed()
    for (const congestion of ['cubic', 'reno', 'bbr']) {
      const service = await bed.server.serve({ congestion, family })
      const transfer = await bed.client.send({ to: service, bytesPerFlow: 1_000_000, flows: 3 })
      await transfer.result
    }
    for (const host of [bed.client, bed.server]) {
      const ours = host.sockets()
      const theirs = new Map((await askSs(host)).map((socket) => [socket.values.get('sk') ?? '', socket]))
      assert.is(ours.length, host === bed.client ? 9 : 12)
      assert.is(theirs.size, ours.length)
      for (const socket of ours) {
        const expected = inWordsOfSs(socket)
        const found = theirs.get(expected['sk'] ?? '')
        const answer = Object.fromEntries(
          Object.keys(expected).map((key) => {
            if (key === 'local' || key === 'remote' || key === 'state') {
              return [key, found?.[key].replace(/%[\w-]+/, '')]
            }
            if (key === 'congestion') return [key, [...(found?.words ?? [])].find((word) => word === socket.congestion)]
            return [key, found?.values.get(key)]
          }),
        )
        assert.equal(answer, expected)
      }
    }
  })
}

test('filters by state and by congestion control', async () => {
  await using bed = await createTestbed()
  for (const congestion of ['cubic', 'reno']) {
    const service = await bed.server.serve({ congestion })
    const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000, flows: 2 })
    await transfer.result
  }
  const count = (...filter: Parameters<Host['sockets']>): number => bed.server.sockets(...filter).length
  assert.is(count({ states: ['LISTEN'] }), 2)
  assert.is(count({ states: ['ESTABLISHED'] }), 4)
  assert.is(count({ states: ['ESTABLISHED'], congestion: 'reno' }), 2)
  assert.is(count({ congestion: 'reno' }), 3)
  assert.is(count({ congestion: 'ren' }), 0)
  assert.is(count({ states: ['SYN_SENT', 'CLOSING'] }), 0)
  assert.ok(bed.server.sockets({ info: false }).every(({ info }) => info === undefined))
})

test('a connection in TIME_WAIT is listed without congestion control', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000 })
  await transfer.result
  await transfer.close()
  const [waiting] = bed.client.sockets({ states: ['TIME_WAIT'] })
  assert.is(waiting?.congestion, '')
  assert.is(waiting?.info, undefined)
  assert.is(waiting?.remote.port, service.address.port)
  assert.equal(bed.client.sockets({ congestion: 'reno' }), [])
})

test('ten thousand sockets are listed whole', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1, flows: 5000, timeoutSeconds: 40 })
  await transfer.result
  for (const host of [bed.client, bed.server]) {
    const listed = host.sockets({ states: ['ESTABLISHED'] })
    assert.is(new Set(listed.map(({ cookie }) => cookie)).size, 5000)
    assert.ok(listed.every(({ congestion, info }) => congestion === 'reno' && info?.tcpi_state === 1))
  }
})

test('no descriptor is left open', () => assert.equal(openFds(), []))

test.run()
