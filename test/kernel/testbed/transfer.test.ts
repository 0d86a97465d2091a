import { readdirSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { openFds } from '../../../src/kernel/index.ts'
import { createTestbed, joinHosts, startHost, type TransferSample } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('transfers', [needs.root])

const fdsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

for (const congestion of ['reno', 'cubic', 'bbr']) {
  for (const family of ['ipv4', 'ipv6'] as const) {
    test(`100 MB with ${congestion} over ${family} arrive whole`, async () => {
      await using bed = await createTestbed()
      const service = await bed.server.serve({ congestion, family })
      const transfer = await bed.client.send({ to: service, bytesPerFlow: 100_000_000, sampleMs: 10 })
      assert.equal(
        transfer.flows.map((flow) => flow.congestion),
        [congestion],
      )
      const { flows, bytes, seconds, goodput } = await transfer.result
      assert.is(bytes, 100_000_000)
      assert.is(flows.length, 1)
      assert.is(flows[0]?.bytes, 100_000_000)
      assert.is(flows[0]?.info.tcpi_bytes_acked, 100_000_001n)
      assert.is(flows[0]?.congestion, congestion)
      assert.ok(Math.abs(goodput - 8e8 / seconds) < 1)
      assert.ok((flows[0]?.rtt?.min ?? 0) > 0 && (flows[0]?.rtt?.p50 ?? Infinity) < 1_000_000)
      assert.equal(
        bed.server.sockets({ states: ['ESTABLISHED'] }).map((socket) => socket.congestion),
        [congestion],
      )
      assert.equal(
        (await service.connections()).map((connection) => connection.bytes),
        [100_000_000],
      )
    })
  }
}

test('both ends can differ', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, congestion: 'cubic', bytesPerFlow: 1000 })
  await transfer.result
  const names = (host: typeof bed.client) =>
    host.sockets({ states: ['ESTABLISHED'] }).map(({ congestion }) => congestion)
  assert.equal([names(bed.client), names(bed.server)], [['cubic'], ['reno']])
})

test('samples grow to what was sent, and a transfer by time ends in time', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'cubic' })
  const started = performance.now()
  const transfer = await bed.client.send({ to: service, seconds: 1, flows: 3, sampleMs: 20 })
  const samples: TransferSample[] = []
  for await (const sample of transfer.samples) samples.push(sample)
  const { flows, bytes } = await transfer.result
  assert.ok(performance.now() - started < 30_000)
  assert.ok(samples.length > 10, `${samples.length} samples`)
  for (const { flow, bytes: sent, seconds } of flows) {
    const course = samples.map((sample) => sample.flows[flow]?.bytesAcked ?? Number.NaN)
    assert.equal(
      course,
      course.toSorted((a, b) => a - b),
    )
    assert.is(course.at(-1), sent)
    assert.ok(seconds > 0.9 && seconds < 20, `${seconds} s`)
  }
  assert.is(
    flows.reduce((sum, one) => sum + one.bytes, 0),
    bytes,
  )
  assert.ok(samples.every((sample) => sample.flows.every(({ congestion, ecn }) => congestion === 'cubic' && !ecn)))
})

test('ECN is told where both ends want it', async () => {
  await using bed = await createTestbed({ sysctls: { 'net.ipv4.tcp_ecn': '1' } })
  const service = await bed.server.serve({ congestion: 'cubic' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000 })
  assert.is((await transfer.result).flows[0]?.ecn, true)
})

test('connections stay open until the transfer is closed', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000, flows: 2 })
  await transfer.result
  assert.is(bed.client.sockets({ congestion: 'reno' }).length, 2)
  await transfer.close()
  await transfer.close()
  assert.is(bed.client.sockets({ congestion: 'reno' }).length, 0)
  assert.equal(
    (await service.connections()).map(({ open, bytes }) => [open, bytes]),
    [
      [false, 1000],
      [false, 1000],
    ],
  )
  await service.close()
  await service.close()
  assert.equal(bed.server.sockets({ states: ['LISTEN', 'ESTABLISHED'] }), [])
})

test('no descriptor is left open, in the hosts neither', async () => {
  await using bed = await createTestbed()
  const once = async (): Promise<void> => {
    await using service = await bed.server.serve({ congestion: 'cubic' })
    await using transfer = await bed.client.send({ to: service, bytesPerFlow: 100_000, flows: 20 })
    await transfer.result
    await using aborted = await bed.client.send({ to: service, seconds: 100, flows: 5 })
    aborted.result.catch(() => undefined)
  }
  await once()
  const count = (): number[] => [process.pid, bed.client.pid, bed.server.pid].map(fdsOf)
  const before = count()
  for (let turn = 0; turn < 5; turn++) await once()
  assert.equal(count(), before)
  assert.equal(openFds(), [])
})

test('three hosts in a row: the one in the middle reaches both', async () => {
  await using left = await startHost('left')
  await using middle = await startHost('middle')
  await using right = await startHost('right')
  await joinHosts(left, middle, { network: 1 })
  await joinHosts(middle, right, { network: 2, mtu: 9000 })
  assert.equal(
    middle.addresses.map(({ peer, ipv4, ipv6 }) => [peer, ipv4, ipv6]),
    [
      ['left', '198.18.1.2', '2001:2:0:1::2'],
      ['right', '198.18.2.1', '2001:2:0:2::1'],
    ],
  )
  for (const [host, towards] of [
    [left, 'left'],
    [right, 'right'],
  ] as const) {
    const service = await middle.serve({ towards })
    const transfer = await host.send({ to: service, bytesPerFlow: 1_000_000 })
    assert.is((await transfer.result).bytes, 1_000_000)
    assert.is(transfer.flows[0]?.local.address, host.addresses[0]?.ipv4)
  }
})

test.run()
