import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type AddressFamily, namespaceInode, openFds, openNamespace } from '../../../src/kernel/index.ts'
import { type SamplerOptions, type SocketMatch, type SocketField, type SocketSample, SocketSampler, tcpStates } from '../../../src/sockets/index.ts'
import { createTestbed, type Host, startHost, type Testbed } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { askSs, type SsSocket } from '../support/ss.ts'

const test = suite('sampling TCP sockets', [needs.root, needs.iproute2])

function samplerOf(hosts: readonly Host[], options: Omit<SamplerOptions, 'namespaces'> = {}): SocketSampler {
  using open = new DisposableStack()
  const namespaces = hosts.map(({ pid }) => open.use(openNamespace(`/proc/${pid}/ns/net`)))
  return new SocketSampler({ ...options, namespaces })
}

/** Connections of each algorithm that have sent and are idle now. */
async function sendSome(bed: Testbed, { family = 'ipv4', flows = 2 }: { family?: AddressFamily; flows?: number } = {}): Promise<number[]> {
  const ports: number[] = []
  for (const congestion of ['cubic', 'reno', 'bbr']) {
    const service = await bed.server.serve({ congestion, family })
    const transfer = await bed.client.send({ to: service, bytesPerFlow: 300_000, flows })
    await transfer.result
    ports.push(service.address.port)
  }
  return ports
}

const value = ({ values }: SsSocket, name: string): number => Number(values.get(name)?.replace(/bps$/, '') ?? 0)

/** How ss spells what is in our columns. */
const spelled: Partial<Record<SocketField, (socket: SsSocket) => number>> = {
  tcpi_snd_cwnd: (socket) => value(socket, 'cwnd'),
  tcpi_snd_ssthresh: (socket) => (socket.values.has('ssthresh') ? value(socket, 'ssthresh') : 0x7fff_ffff),
  tcpi_rtt: ({ values }) => Math.round(1000 * Number(values.get('rtt')?.split('/')[0] ?? 0)),
  tcpi_rttvar: ({ values }) => Math.round(1000 * Number(values.get('rtt')?.split('/')[1] ?? 0)),
  tcpi_min_rtt: (socket) => Math.round(1000 * value(socket, 'minrtt')),
  tcpi_snd_mss: (socket) => value(socket, 'mss'),
  tcpi_unacked: (socket) => value(socket, 'unacked'),
  tcpi_lost: (socket) => value(socket, 'lost'),
  tcpi_bytes_sent: (socket) => value(socket, 'bytes_sent'),
  tcpi_bytes_acked: (socket) => value(socket, 'bytes_acked'),
  tcpi_bytes_received: (socket) => value(socket, 'bytes_received'),
  tcpi_segs_out: (socket) => value(socket, 'segs_out'),
  tcpi_segs_in: (socket) => value(socket, 'segs_in'),
  tcpi_delivered: (socket) => value(socket, 'delivered'),
  tcpi_delivered_ce: (socket) => value(socket, 'delivered_ce'),
  tcpi_total_retrans: ({ values }) => Number(values.get('retrans')?.split('/')[1] ?? 0),
  tcpi_snd_wnd: (socket) => value(socket, 'snd_wnd'),
  tcpi_delivery_rate_app_limited: ({ words }) => Number(words.has('app_limited')),
  // ss tells rates in bits.
  tcpi_pacing_rate: (socket) => Math.floor(value(socket, 'pacing_rate') / 8),
  tcpi_delivery_rate: (socket) => Math.floor(value(socket, 'delivery_rate') / 8),
  inode: (socket) => value(socket, 'ino'),
}

const memoryOf = ({ values }: SsSocket): string => values.get('skmem') ?? ''

for (const family of ['ipv4', 'ipv6'] as const) {
  test(`${family}: every column and the memory as ss has them`, async () => {
    await using bed = await createTestbed()
    await sendSome(bed, { family, flows: 3 })
    using sampler = samplerOf([bed.client], { states: ['ESTABLISHED'], memory: true })
    // A segment that is late would move what ss reads after us.
    let differences = ['nothing was compared']
    await againWhileItMoves(async () => {
      const sample = sampler.sample()
      const theirs = new Map((await askSs(bed.client)).map((socket) => [BigInt(`0x${socket.values.get('sk')}`), socket]))
      differences = compare(sample, theirs)
      return differences.length === 0
    })
    assert.equal(differences, [])
  })
}

function compare(sample: SocketSample, theirs: ReadonlyMap<bigint, SsSocket>): string[] {
  const differences: string[] = sample.length === 9 ? [] : [`${sample.length} sockets`]
  for (const [name, ask] of Object.entries(spelled)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
    const column = sample.column(name as SocketField)
    for (const [row, cookie] of sample.cookies().entries()) {
      const socket = theirs.get(cookie)
      const expected = socket === undefined ? Number.NaN : ask(socket)
      if (column[row] !== expected) differences.push(`${name} of ${cookie}: ${column[row]}, and ss says ${expected}`)
    }
  }
  const memory = ['rmem_alloc', 'rcvbuf', 'wmem_alloc', 'sndbuf', 'fwd_alloc', 'wmem_queued', 'optmem', 'backlog', 'drops'] as const
  const columns = memory.map((name) => sample.column(name))
  for (const [row, cookie] of sample.cookies().entries()) {
    const [r, rb, t, tb, f, w, o, bl, d] = columns.map((column) => column[row])
    const ours = `(r${r},rb${rb},t${t},tb${tb},f${f},w${w},o${o},bl${bl},d${d})`
    const found = theirs.get(cookie)
    if (found === undefined || memoryOf(found) !== ours) differences.push(`memory of ${cookie}: ${ours}`)
  }
  return differences
}

/** Tries again while something still moves, five times at most. */
async function againWhileItMoves(action: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) if (await action()) return
}

test('what BBR tells of itself is what ss shows, and the others tell nothing', async () => {
  await using bed = await createTestbed()
  await sendSome(bed)
  using sampler = samplerOf([bed.client], { algorithm: true })
  const theirs = new Map((await askSs(bed.client)).map((socket) => [BigInt(`0x${socket.values.get('sk')}`), socket]))
  for (const { congestion, cookie, algorithm } of sampler.sample().sockets()) {
    if (congestion !== 'bbr') {
      assert.is(algorithm, undefined)
      continue
    }
    assert.is(algorithm?.kind, 'bbr')
    if (algorithm?.kind !== 'bbr') continue
    const bits = 8 * (algorithm.bbr_bw_lo + 0x1_0000_0000 * algorithm.bbr_bw_hi)
    const told = theirs.get(cookie)?.values.get('bbr') ?? ''
    const [, bandwidth, rtt, pacing, window] = /^\(bw:(\d+)bps,mrtt:([\d.]+),pacing_gain:([\d.]+),cwnd_gain:([\d.]+)\)$/.exec(told) ?? []
    assert.is(bits, Number(bandwidth))
    assert.is(algorithm.bbr_min_rtt, Math.round(1000 * Number(rtt)))
    assert.ok(Math.abs(algorithm.bbr_pacing_gain / 256 - Number(pacing)) < 0.01)
    assert.ok(Math.abs(algorithm.bbr_cwnd_gain / 256 - Number(window)) < 0.01)
  }
})

test('the kernel keeps by port and address what ss keeps', async () => {
  await using bed = await createTestbed()
  const [cubic = 0, reno = 0, bbr = 0] = await sendSome(bed)
  await sendSome(bed, { family: 'ipv6' })
  const cases: [SocketMatch[], string][] = [
    [[{ local: { port: cubic } }], `sport = :${cubic}`],
    [[{ remote: { port: reno } }], `dport = :${reno}`],
    [[{ local: { port: cubic } }, { local: { port: bbr } }], `( sport = :${cubic} or sport = :${bbr} )`],
    [[{ local: { port: [Math.min(cubic, bbr), Math.max(cubic, bbr)] } }], `sport >= :${Math.min(cubic, bbr)} and sport <= :${Math.max(cubic, bbr)}`],
    [[{ remote: { address: '198.18.1.1' } }], 'dst 198.18.1.1'],
    [[{ remote: { address: '198.18.0.0/15' }, local: { port: bbr } }], `dst 198.18.0.0/15 and sport = :${bbr}`],
    [[{ local: { address: '2001:2::/32' } }], 'src 2001:2::/32'],
    [[{ remote: { address: '198.18.9.0/24' } }, { remote: { address: '2001:2:0:1::1' } }], '( dst 198.18.9.0/24 or dst [2001:2:0:1::1] )'],
  ]
  for (const [match, expression] of cases) {
    let kept = 0
    for (const host of [bed.client, bed.server]) {
      using sampler = samplerOf([host], { match })
      const ours = sampler.sample().sockets().map(({ cookie }) => cookie.toString(16))
      const theirs = (await askSs(host, expression)).map(({ values }) => values.get('sk') ?? '')
      assert.equal(ours.toSorted(), theirs.toSorted(), expression)
      kept += ours.length
    }
    assert.ok(kept > 0 && kept < 30, `${expression} keeps ${kept} of 30`)
  }
  using none = samplerOf([bed.server], { match: [] })
  assert.is(none.sample().length, 0)
})

test('by family, state and congestion control; each socket can be found again', async () => {
  await using bed = await createTestbed()
  const [cubic] = await sendSome(bed)
  await sendSome(bed, { family: 'ipv6' })
  const count = (options: Omit<SamplerOptions, 'namespaces'>): number => {
    using sampler = samplerOf([bed.server], options)
    return sampler.sample().length
  }
  assert.is(count({ family: 'ipv6' }), 9)
  assert.is(count({ family: 'ipv4', states: ['LISTEN'] }), 3)
  assert.is(count({ congestion: 'bbr', states: ['ESTABLISHED'] }), 4)
  using sampler = samplerOf([bed.server])
  const sample = sampler.sample()
  assert.ok(sample.endedAt > sample.startedAt)
  const again = sampler.sample()
  const sockets = again.sockets()
  const names = again.congestion()
  for (const [row, cookie] of sample.cookies().entries()) {
    const found = again.rowOf(cookie)
    const socket = sockets[found ?? -1]
    assert.is(socket?.cookie, cookie)
    assert.equal(socket, again.socket(found ?? -1))
    assert.is(again.congestionNames[names[found ?? -1] ?? -1], socket?.congestion)
    assert.is(again.column('localPort')[found ?? -1], sample.socket(row).local.port)
  }
  assert.is(sockets.filter(({ local, state }) => local.port === cubic && state === 'ESTABLISHED').length, 2)
  assert.is(sample.rowOf(0n), undefined)
  assert.throws(() => sample.socket(-1), /row -1 of a sample of 18 sockets/)
  assert.throws(() => sample.column('rcvbuf'), /told not to read it/)

  const picked = again.pick([17, 3])
  assert.equal(picked.sockets(), [again.socket(17), again.socket(3)])
  assert.equal([...picked.column('tcpi_rtt')], [17, 3].map((row) => again.column('tcpi_rtt')[row]))
  const { memory } = sample
  const third = sampler.sample({ instead: sample })
  assert.is(third.memory, memory)
  assert.equal(third.cookies().toSorted(), again.cookies().toSorted())

  using bare = samplerOf([bed.server], { info: false })
  assert.throws(() => bare.sample().column('tcpi_rtt'), /told not to read it/)
})

test('several namespaces are one sample', async () => {
  await using bed = await createTestbed()
  await sendSome(bed)
  using sampler = samplerOf([bed.client, bed.server], { states: ['ESTABLISHED'] })
  assert.equal(sampler.namespaces, [bed.client.namespace, bed.server.namespace])
  const sample = sampler.sample()
  const of = (host: Host): number => sample.namespaces().filter((inode) => inode === host.namespace).length
  assert.equal([of(bed.client), of(bed.server), sample.length], [6, 6, 12])
  assert.is(sample.socket(0).namespace, bed.client.namespace)
})

test('every namespace of the machine: new ones are found, and those that are gone let go', async () => {
  using sampler = new SocketSampler({ namespaces: 'every', states: ['LISTEN'] })
  assert.ok(sampler.namespaces.includes(namespaceInode()))
  let inode = 0
  {
    await using host = await startHost('seen')
    inode = host.namespace
    assert.not.ok(sampler.namespaces.includes(inode))
    sampler.refresh()
    assert.ok(sampler.namespaces.includes(inode))
    sampler.sample()
  }
  // The namespace has no process any more, and is sampled as an empty one until we look again.
  assert.not.ok(sampler.sample().namespaces().includes(inode))
  sampler.refresh()
  assert.not.ok(sampler.namespaces.includes(inode))
})

test('a namespace that was given is let go when it is gone, and kept while a descriptor alone leads to it', async () => {
  const name = `ccdk-given-${process.pid}`
  const path = `/run/netns/${name}`
  await execa('ip', ['netns', 'add', name])
  using namespace = openNamespace(path)
  using known = new SocketSampler({ namespaces: [namespace] })
  const inode = namespaceInode(namespace)
  known.refresh()
  assert.equal(known.namespaces, [inode])
  await execa('ip', ['netns', 'delete', name])
  using late = new SocketSampler({ namespaces: [namespace] })
  for (const sampler of [known, late]) assert.equal(sampler.refresh(), [])
  assert.equal([known.namespaces, late.namespaces], [[], [inode]])
  assert.is(known.sample().length, 0)
})

test('a namespace that is deleted while it is sampled goes with the sampler', async () => {
  const name = `ccdk-sample-${process.pid}`
  await execa('ip', ['netns', 'add', name])
  let inode = 0
  {
    using namespace = openNamespace(`/run/netns/${name}`)
    inode = namespaceInode(namespace)
    using sampler = new SocketSampler({ namespaces: [namespace] })
    await execa('ip', ['netns', 'delete', name])
    assert.is(sampler.sample().length, 0)
  }
  assert.ok(inode > 0)
})

test('connections that come and go while it samples disturb nothing', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  using sampler = samplerOf([bed.client, bed.server])
  const churning = { ended: false }
  const churn = (async () => {
    for (let round = 0; round < 5; round += 1) {
      const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000, flows: 200 })
      await transfer.result
      await transfer.close()
    }
    churning.ended = true
  })()
  let most = 0
  while (!churning.ended) {
    const sample = sampler.sample()
    most = Math.max(most, sample.length)
    for (const state of sample.column('state')) assert.ok(state > 0 && state <= tcpStates.length)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await churn
  assert.ok(most > 200, `${most} sockets at most`)
  await until(() => sampler.sample().length > 0, 'sockets are listed still')
})

test('a sampler that was closed says so, and opens nothing again', () => {
  const sampler = new SocketSampler({ namespaces: 'every' })
  sampler[Symbol.dispose]()
  assert.throws(() => sampler.sample(), /used after it was closed/)
  assert.throws(() => sampler.refresh(), /used after it was closed/)
})

test('no descriptor is left open', () => assert.equal(openFds(), []))

test.run()
