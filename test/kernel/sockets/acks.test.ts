import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { codecOf } from '../../../src/btf/index.ts'
import { LinuxTarget, openNamespace } from '../../../src/kernel/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { type AckBatch, AckTrace, SocketSampler, type TcpSocket } from '../../../src/sockets/index.ts'
import { ackLayout } from '../../../src/sockets/acks/ack-batch.ts'
import { createTestbed, type Host, type Testbed } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('tracing ACKs', [needs.root, needs.structOps, needs.iproute2])

/** Sends, and answers with what was read meanwhile and the sockets of both ends, idle again. */
async function traced(bed: Testbed, trace: AckTrace, { bytes = 3_000_000, flows = 1, congestion = 'cubic' } = {}) {
  const batches: AckBatch[] = []
  const timer = setInterval(() => batches.push(trace.read()), 5)
  const service = await bed.server.serve({ congestion })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: bytes, flows })
  await transfer.result
  // The last ACK may be underway still.
  await until(() => socketsOf(bed.client).every(({ info }) => info?.tcpi_unacked === 0), 'all is acknowledged')
  await sleep(20)
  clearInterval(timer)
  batches.push(trace.read())
  const acks = batches.flatMap((batch) => Array.from({ length: batch.length }, (_, index) => batch.at(index)))
  return { acks, batches, lost: batches.reduce((sum, { lost }) => sum + lost, 0), port: service.address.port, transfer }
}

function socketsOf({ pid }: Host): TcpSocket[] {
  using namespace = openNamespace(`/proc/${pid}/ns/net`)
  using sampler = new SocketSampler({ namespaces: [namespace], states: ['ESTABLISHED'] })
  return sampler.sample().sockets()
}

/** Sequence numbers wrap. */
const ahead = (later: number, earlier: number): number => (later - earlier) >>> 0

test('fields stand where the object has them', () => {
  const file = 'src/sockets/acks.bpf.o'
  const { btf } = openObject(readFileSync(new URL(`../../../${file}`, import.meta.url)), file)
  const codec = codecOf(btf, btf.find('ack', 'struct') ?? 0)
  assert.is(codec.size, ackLayout.size)
  const bytes = Uint8Array.from({ length: codec.size }, (_, index) => index + 1)
  assert.equal(ackLayout.decode(new DataView(bytes.buffer), 0, bytes.length), codec.decode(bytes))
})

test('events of a flow end where the socket stands, and progress as it was acknowledged', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    using trace = new AckTrace(target, { namespace: bed.client.namespace })
    const { acks, lost, port } = await traced(bed, trace)
    const [socket] = socketsOf(bed.client)
    const [first] = acks
    const last = acks.at(-1)
    assert.is(lost, 0)
    assert.ok(first !== undefined && last !== undefined && acks.length >= 5, `${acks.length} events`)
    assert.ok(acks.every(({ cookie, namespace }) => cookie === socket?.cookie && namespace === bed.client.namespace))
    assert.equal([last.local_port, last.remote_port], [socket?.local.port, port])
    const info = socket?.info
    // The last ACK had not been looked at yet when it was traced.
    const acknowledged = ahead(last.ack_seq, last.snd_una)
    assert.is(last.bytes_acked + BigInt(acknowledged), info?.tcpi_bytes_acked)
    assert.is(Number(last.bytes_acked - first.bytes_acked), ahead(last.snd_una, first.snd_una))
    assert.is(last.total_retrans, info?.tcpi_total_retrans)
    assert.is(last.snd_ssthresh, info?.tcpi_snd_ssthresh)
    assert.is(last.mss_cache, info?.tcpi_snd_mss)
    assert.is(last.delivered + last.packets_out, info?.tcpi_delivered)
    assert.ok(last.snd_cwnd <= (info?.tcpi_snd_cwnd ?? 0))
    for (const [index, ack] of acks.entries()) {
      const next = acks[index + 1]
      if (next === undefined) break
      assert.ok(next.time >= ack.time && next.delivered >= ack.delivered && next.min_rtt <= ack.min_rtt + 1_000_000)
      // What one event says is acknowledged is what the next finds done.
      assert.is(next.snd_una, ahead(ack.ack_seq, ack.snd_una) < 0x8000_0000 ? ack.ack_seq : ack.snd_una)
      assert.is(next.bytes_acked - ack.bytes_acked, BigInt(ahead(next.snd_una, ack.snd_una)))
      assert.ok(ahead(ack.snd_nxt, ack.snd_una) <= ack.snd_wnd + 1)
      assert.is(ack.tcp_flags & 0x10, 0x10)
    }
  })
})

test('columns have what the objects have', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    using trace = new AckTrace(target, { namespace: bed.client.namespace })
    const { batches } = await traced(bed, trace, { congestion: 'bbr' })
    assert.ok(batches.some(({ length }) => length > 0))
    for (const batch of batches) {
      const cookies = batch.cookies()
      const columns = (['time', 'snd_cwnd', 'delivery_rate', 'pacing_rate', 'ca_state', 'tcp_flags'] as const).map((name) => ({ name, column: batch.column(name) }))
      for (let index = 0; index < batch.length; index += 1) {
        const ack = batch.at(index)
        assert.is(cookies[index], ack.cookie)
        for (const { name, column } of columns) assert.is(column[index], Number(ack[name]), name)
      }
      assert.throws(() => batch.at(batch.length), /event \d+ of a batch of/)
    }
    assert.is(trace.read().length, 0)
  })
})

test('rates and the state are those of tcp_info', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    using trace = new AckTrace(target, { namespace: bed.client.namespace })
    const { acks } = await traced(bed, trace, { bytes: 300_000, congestion: 'bbr' })
    const before = socketsOf(bed.client)[0]?.info
    // One more byte from the other side would show the state as it is: a window probe does, and an ACK of the FIN.
    assert.ok(before !== undefined && acks.length > 0)
    assert.ok(acks.every(({ ca_state }) => ca_state <= 4))
    assert.ok(acks.some(({ delivery_rate }) => delivery_rate > 0n && delivery_rate < 100_000_000_000n))
    assert.ok(acks.some(({ srtt, min_rtt }) => srtt >= min_rtt && srtt < 10_000_000))
    assert.ok((acks.at(-1)?.min_rtt ?? 0) >= before.tcpi_min_rtt)
  })
})

test('only one namespace, ports, or chosen sockets', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    const both = new AckTrace(target, { port: [1, 65_535] })
    using all = both
    using server = new AckTrace(target, { namespace: bed.server.namespace })
    using other = new AckTrace(target, { namespace: bed.client.namespace, port: 1 })
    using chosen = new AckTrace(target, { cookies: [] })
    const { acks, transfer, port } = await traced(bed, all, { flows: 3, bytes: 100_000 })
    const namespaces = new Set(acks.map(({ namespace }) => namespace))
    assert.ok(namespaces.has(bed.client.namespace) && namespaces.has(bed.server.namespace))
    const atServer = server.read()
    assert.ok(atServer.length > 0 && atServer.column('namespace').every((inode) => inode === bed.server.namespace))
    assert.is(other.read().length, 0)
    assert.is(chosen.read().length, 0)
    await transfer.close()

    using byPort = new AckTrace(target, { namespace: bed.client.namespace, port })
    const again = await bed.client.send({ to: await bed.server.serve(), bytesPerFlow: 100_000 })
    await again.result
    assert.is(byPort.read().length, 0)

    const [socket] = socketsOf(bed.client)
    const [served] = socketsOf(bed.server)
    assert.ok(socket !== undefined && served !== undefined)
    chosen.follow([socket.cookie, served.cookie])
    chosen.unfollow([served.cookie])
    await again.close()
    // The FIN of the client is acknowledged, and that is all that comes.
    await sleep(50)
    assert.ok(chosen.read().cookies().every((cookie) => cookie === socket.cookie))
    assert.throws(() => all.follow([1n]), /follows all sockets/)
  })
})

test('of each flow one event of so many, or one in a time, and those between are counted', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    const { namespace } = bed.client
    using all = new AckTrace(target, { namespace })
    using tenth = new AckTrace(target, { namespace, every: 10 })
    using slow = new AckTrace(target, { namespace, intervalMs: 2 })
    const { acks } = await traced(bed, all, { flows: 2 })
    const counts = Map.groupBy(acks, ({ cookie }) => cookie)
    const [few, rare] = [tenth, slow].map((trace) => {
      const batch = trace.read()
      return Map.groupBy(Array.from({ length: batch.length }, (_, index) => batch.at(index)), ({ cookie }) => cookie)
    })
    assert.is(counts.size, 2)
    for (const [cookie, mine] of counts) {
      const some = few?.get(cookie) ?? []
      assert.is(some.length, Math.ceil(mine.length / 10))
      assert.equal(some.map(({ skipped }) => skipped), some.map((_, index) => (index === 0 ? 0 : 9)))
      const apart = rare?.get(cookie) ?? []
      assert.ok(apart.length > 0 && apart.length <= mine.length)
      for (const [index, { time }] of apart.entries()) {
        assert.ok(index === 0 || time - (apart[index - 1]?.time ?? 0n) >= 2_000_000n)
      }
      const told = apart.reduce((sum, { skipped }) => sum + 1 + skipped, 0)
      assert.ok(told <= mine.length)
    }
  })
})

test('events that find no room are counted, and the rest is whole', async () => {
  await using bed = await createTestbed()
  await leavesNothing(async (target) => {
    const { namespace } = bed.client
    using all = new AckTrace(target, { namespace })
    using small = new AckTrace(target, { namespace, bufferBytes: 4096 })
    const { acks } = await traced(bed, all, { bytes: 20_000_000 })
    const batch = small.read()
    // ABI: a ring buffer is never filled to its last byte.
    assert.ok(batch.length >= 29 && batch.length <= 30, `${batch.length} events`)
    assert.is(batch.length + batch.lost, acks.length)
    // Each program looks at the clock for itself.
    for (let index = 0; index < batch.length; index += 1) assert.equal({ ...batch.at(index), time: 0n }, { ...acks[index], time: 0n })
    assert.is(small.read().lost, 0)
  })
})

test('bad options are refused before anything is made', () => {
  using target = new LinuxTarget()
  for (const [options, message] of [
    [{ port: 70_000 }, /0 to 65535/],
    [{ every: 0 }, /every: 1 or more/],
    [{ intervalMs: -1 }, /intervalMs/],
    [{ intervalMs: Number.NaN }, /intervalMs/],
    [{ bufferBytes: 5000 }, /power of two/],
    [{ bufferBytes: 64 }, /from 4096 to 2147483648/],
    [{ bufferBytes: 2 ** 32 }, /from 4096 to 2147483648/],
  ] as const) {
    assert.throws(() => new AckTrace(target, options), message)
  }
})

test('a trace that was closed says so', () => {
  using target = new LinuxTarget()
  const trace = new AckTrace(target, { port: 1 })
  trace[Symbol.dispose]()
  assert.throws(() => trace.read(), /the trace of ACKs: used after it was closed/)
})

test('a process that is killed leaves no program behind', async () => {
  const source = `
    import { LinuxTarget } from '${new URL('../../../src/kernel/index.ts', import.meta.url).href}'
    import { AckTrace } from '${new URL('../../../src/sockets/index.ts', import.meta.url).href}'
    const target = new LinuxTarget()
    const before = new Set(target.objects.ids('link'))
    const trace = new AckTrace(target, { port: 1 })
    console.log([...target.objects.ids('link')].filter((id) => !before.has(id)).join(' '))
    setInterval(() => trace.read(), 1000)
  `
  const running = execa(process.execPath, ['--input-type=module', '-e', source], { reject: false })
  const [line] = (await once(running.stdout, 'data')).map(String)
  const links = (line ?? '').trim().split(' ').map(Number)
  running.kill('SIGKILL')
  await running
  assert.ok(links.length > 0 && links.every((id) => id > 0))
  using target = new LinuxTarget()
  // Others on the machine attach and detach too, but an id is used only once.
  await until(() => links.every((id) => ![...target.objects.ids('link')].includes(id)), 'the link is gone')
})

test.run()
