import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import {
  createNamespace,
  type Fd,
  Interfaces,
  namespaceInode,
  openFds,
  openNamespace,
  setNamespaceSysctl,
  turnGroOn,
  turnOffloadsOff,
} from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('bridges, neighbours and offloads', [needs.root, needs.iproute2, needs.ethtool])

/** Runs a command in a namespace. */
const within = ({ number }: Fd, ...command: string[]) =>
  execa('nsenter', [`--net=/proc/${process.pid}/fd/${number}`, ...command])

async function json<T>(namespace: Fd, ...command: string[]): Promise<T> {
  const { stdout } = await within(namespace, ...command)
  const parsed: T = JSON.parse(stdout)
  return parsed
}

const here = { name: 'left', index: 20, hardwareAddress: '02:cc:00:00:00:01' }
const there = { name: 'right', index: 21, hardwareAddress: '02:cc:01:00:12:34' }

/** Namespaces with a wire from `left` in one to `right` in the other. */
function pair() {
  const stack = new DisposableStack()
  const [one, other] = [stack.use(createNamespace()), stack.use(createNamespace())]
  const interfaces = stack.use(new Interfaces(one))
  interfaces.createVeth(here, { ...there, namespace: other }, 1500)
  return { one, other, interfaces, [Symbol.dispose]: () => stack.dispose() }
}

test('a namespace that only a descriptor holds has its own settings, and the thread comes back', async () => {
  const before = namespaceInode()
  using made = createNamespace()
  setNamespaceSysctl(made, 'net.ipv4.tcp_fin_timeout', '7')
  assert.is(namespaceInode(), before)
  assert.is.not(namespaceInode(made), before)
  assert.is((await within(made, 'cat', '/proc/sys/net/ipv4/tcp_fin_timeout')).stdout, '7')
  assert.throws(() => setNamespaceSysctl(made, 'net.ipv4.nope', '1'), /ENOENT/)
  using own = openNamespace('/proc/thread-self/ns/net')
  assert.throws(() => setNamespaceSysctl(own, 'net.ipv4.tcp_fin_timeout', '7'), (error: unknown) => error instanceof UsageError)
  assert.is(namespaceInode(), before)
})

test('a wire whose ends have the Ethernet addresses that were asked for', async () => {
  using made = pair()
  const addressOf = async (namespace: Fd, name: string) =>
    (await json<{ address: string }[]>(namespace, 'ip', '-j', 'link', 'show', name))[0]?.address
  assert.is(await addressOf(made.one, 'left'), here.hardwareAddress)
  assert.is(await addressOf(made.other, 'right'), there.hardwareAddress)
})

test('what is no Ethernet address', () => {
  using interfaces = new Interfaces()
  for (const hardwareAddress of ['', '02:cc:00:00:00', '02:cc:00:00:00:0g', '02:cc:00:00:00:01:02', '2:c:0:0:0:1']) {
    assert.throws(
      () => interfaces.addNeighbour('lo', { address: '198.18.0.1', hardwareAddress }),
      (error: unknown) => error instanceof UsageError,
      hardwareAddress,
    )
  }
})

test('neighbours of both families stay as they are told', async () => {
  using made = pair()
  made.interfaces.bringUp('left')
  const neighbours = [
    { address: '198.18.1.1', hardwareAddress: '02:cc:01:00:00:01' },
    { address: '2001:2:0:1::1', hardwareAddress: '02:cc:01:00:00:02' },
  ]
  for (const neighbour of neighbours) made.interfaces.addNeighbour('left', neighbour)
  for (const [index, { address, hardwareAddress }] of neighbours.entries()) {
    const [found] = await json<{ dst: string; lladdr: string; state: string[] }[]>(
      made.one,
      'ip',
      '-j',
      index === 0 ? '-4' : '-6',
      'neigh',
      'show',
      'dev',
      'left',
      'nud',
      'permanent',
    )
    assert.equal({ ...found }, { dst: address, lladdr: hardwareAddress, state: ['PERMANENT'] })
  }
  assert.throws(
    () => made.interfaces.addNeighbour('nobody', { address: '198.18.1.1', hardwareAddress: '02:cc:01:00:00:01' }),
    /making 198\.18\.1\.1 a neighbour of nobody/,
  )
})

test('a bridge that only forwards, with a place for an address that never spoke', async () => {
  using made = pair()
  made.interfaces.createBridge({ name: 'bridge', index: 30 }, 1500)
  made.interfaces.setMaster('left', 'bridge')
  made.interfaces.addForwarding('left', '02:cc:01:00:12:35')
  const [link] = await json<{ linkinfo: { info_data: Record<string, unknown> } }[]>(
    made.one,
    'ip',
    '-j',
    '-d',
    'link',
    'show',
    'bridge',
  )
  assert.is(link?.linkinfo.info_data['stp_state'], 0)
  assert.is(link?.linkinfo.info_data['mcast_snooping'], 0)
  const entries = await json<{ mac: string; master?: string; state: string }[]>(made.one, 'bridge', '-j', 'fdb', 'show', 'brport', 'left')
  assert.equal(
    entries.filter(({ mac }) => mac === '02:cc:01:00:12:35').map(({ master, state }) => ({ master, state })),
    [{ master: 'bridge', state: 'static' }],
  )
  assert.throws(() => made.interfaces.setMaster('left', 'nobody'), /making left a port of nobody: .*ENODEV/)
  assert.throws(() => made.interfaces.addForwarding('nobody', '02:cc:01:00:12:35'), /to 02:cc:01:00:12:35: .*ENODEV/)
})

test('all offloads are off, as ethtool tells it', async () => {
  using made = pair()
  const told = async () => {
    const { stdout } = await within(made.one, 'ethtool', '-k', 'left')
    const kinds = /^(?:[rt]x-checksumming|scatter-gather|tcp-segmentation-offload|generic-(?:segmentation|receive)-offload): (\w+)/gm
    return [...stdout.matchAll(kinds)].map(([, state]) => state)
  }
  await within(made.one, 'ethtool', '-K', 'left', 'gro', 'on')
  assert.equal(await told(), ['on', 'on', 'on', 'on', 'on', 'on'])
  assert.equal(turnOffloadsOff('left', made.one), [])
  assert.equal(await told(), ['off', 'off', 'off', 'off', 'off', 'off'])
})

test('what comes is merged again where that is asked for, and nothing else is on', async () => {
  using made = pair()
  turnOffloadsOff('left', made.one)
  assert.ok(turnGroOn('left', made.one))
  const { stdout } = await within(made.one, 'ethtool', '-k', 'left')
  assert.match(stdout, /^generic-receive-offload: on$/m)
  assert.match(stdout, /^tcp-segmentation-offload: off$/m)
  assert.throws(() => turnGroOn('nobody', made.one), /asking for the features of nobody: ioctl\(SIOCETHTOOL\) answered ENODEV/)
})

test('an offload that the driver keeps is told', () => {
  using made = createNamespace()
  const kept = turnOffloadsOff('lo', made)
  // The loopback's checksums and its scatter-gather are fixed.
  for (const name of ['rx-checksum', 'tx-checksum-ip-generic', 'tx-scatter-gather']) assert.ok(kept.includes(name), name)
  assert.not.ok(kept.includes('tx-tcp-segmentation'))
  assert.throws(
    () => turnOffloadsOff('nobody', made),
    /asking for the features of nobody: ioctl\(SIOCETHTOOL\) answered ENODEV/,
  )
})

test('no descriptor is left open', () => {
  assert.equal(openFds(), [])
})

test.run()
