import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { interfaceReady, Interfaces, openFds, openNamespace, unshareNetwork } from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('interfaces', [needs.root, needs.iproute2])

unshareNetwork()

/** Makes a pair `left` and `right` in this namespace, and takes it away again. */
function withPair(action: (interfaces: Interfaces) => void | Promise<void>): () => Promise<void> {
  return async () => {
    using here = openNamespace('/proc/thread-self/ns/net')
    using interfaces = new Interfaces()
    interfaces.createVeth({ name: 'left', index: 20, queues: 3 }, { name: 'right', index: 21, namespace: here }, 1400)
    try {
      await action(interfaces)
    } finally {
      interfaces.delete('left')
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'it has not come to that within a minute')
    await sleep(5)
  }
}

const answered = (errno: string, hint: RegExp) => (error: unknown) =>
  error instanceof SyscallError && error.errno === errno && hint.test(error.hint)

test(
  'a pair is listed as ip lists it',
  withPair(async (interfaces) => {
    interfaces.setMtu('left', 9000)
    interfaces.bringUp('left')
    // The kernel notices a little later that the other end is down: both listings are to come after that.
    await until(() => interfaces.list().some(({ operstate }) => operstate === 'LOWERLAYERDOWN'))
    const { stdout } = await execa('ip', ['-j', '-d', 'link'])
    const links: {
      ifindex: number
      ifname: string
      mtu: number
      flags: string[]
      operstate: string
      linkinfo?: { info_kind?: string }
      num_rx_queues: number
      num_tx_queues: number
      xdp?: { prog: { id: number } }
    }[] = JSON.parse(stdout)
    const expected = links.map(({ ifindex, ifname, mtu, flags, operstate, linkinfo, num_rx_queues, num_tx_queues, xdp }) => ({
      index: ifindex,
      name: ifname,
      mtu,
      up: flags.includes('UP'),
      operstate,
      kind: linkinfo?.info_kind ?? '',
      rxQueues: num_rx_queues,
      txQueues: num_tx_queues,
      xdpProgram: xdp?.prog.id ?? 0,
    }))
    assert.equal(interfaces.list(), expected)
    assert.equal(
      expected.find(({ name }) => name === 'left'),
      { index: 20, name: 'left', mtu: 9000, up: true, operstate: 'LOWERLAYERDOWN', kind: 'veth', rxQueues: 3, txQueues: 3, xdpProgram: 0 },
    )
  }),
)

test(
  'addresses of both families',
  withPair(async (interfaces) => {
    interfaces.addAddress('left', { address: '198.18.7.1', prefix: 24 })
    interfaces.addAddress('left', { address: '2001:2:0:7::1', prefix: 64 })
    const { stdout } = await execa('ip', ['-j', 'addr', 'show', 'dev', 'left'])
    const [shown]: { addr_info: { local: string; prefixlen: number }[] }[] = JSON.parse(stdout)
    assert.equal(
      shown?.addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
      ['198.18.7.1/24', '2001:2:0:7::1/64'],
    )
  }),
)

test(
  'an interface is ready when both ends are up',
  withPair(async (interfaces) => {
    interfaces.bringUp('left')
    assert.is(interfaceReady('left'), false)
    interfaces.bringUp('right')
    await until(() => interfaceReady('left'))
    assert.is(interfaceReady('nobody'), false)
  }),
)

test(
  "refusals come with the kernel's own words",
  withPair((interfaces) => {
    interfaces.addAddress('left', { address: '198.18.7.1', prefix: 24 })
    const again = (): void => interfaces.addAddress('left', { address: '198.18.7.1', prefix: 24 })
    assert.throws(again, answered('EEXIST', /^the kernel says: ipv4: Address already assigned$/))
    assert.throws(
      () => interfaces.addAddress('left', { address: '198.18.7.9', prefix: 33 }),
      answered('EINVAL', /Invalid prefix length/),
    )
    assert.throws(() => interfaces.setMtu('left', 100_000), answered('EINVAL', /mtu greater than device maximum/))
  }),
)

test(
  'what is not there',
  withPair((interfaces) => {
    assert.throws(() => interfaces.delete('nobody'), answered('ENODEV', /^$/))
    assert.throws(
      () => interfaces.bringUp('nobody'),
      /bringing interface nobody up: netlink\(RTM_NEWLINK\) answered ENODEV/,
    )
    assert.throws(
      () => interfaces.addAddress('nobody', { address: '198.18.7.1', prefix: 24 }),
      answered('ENODEV', /there is no interface nobody/),
    )
  }),
)

test(
  'after a refusal the same socket goes on',
  withPair((interfaces) => {
    for (let turn = 0; turn < 50; turn++) {
      assert.throws(() => interfaces.delete('nobody'))
      assert.is(interfaces.list().length, 3)
    }
  }),
)

test('a listing is complete while interfaces come and go', async () => {
  using here = openNamespace('/proc/thread-self/ns/net')
  using interfaces = new Interfaces()
  const steady = Array.from({ length: 60 }, (_, index) => `steady${index}`)
  for (const [index, name] of steady.entries()) {
    interfaces.createVeth(
      { name, index: 100 + 2 * index },
      { name: `${name}x`, index: 101 + 2 * index, namespace: here },
      1500,
    )
  }
  const churn = execa('sh', [
    '-c',
    'for i in $(seq 200); do ip link add churn type veth peer name churnx; ip link del churn; done',
  ])
  let listings = 0
  while (churn.nodeChildProcess.exitCode === null) {
    const names = new Set(interfaces.list().map(({ name }) => name))
    assert.equal(
      steady.filter((name) => !names.has(name)),
      [],
    )
    listings += 1
    await sleep(1)
  }
  await churn
  assert.ok(listings > 10, `${listings} listings`)
  for (const name of steady) interfaces.delete(name)
})

test('no descriptor is left open', () => {
  assert.equal(openFds(), [])
})

test.run()
