import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import {
  type Fd,
  Interfaces,
  namespaceInode,
  openFds,
  openNamespace,
  unshareNetwork,
} from '../../../src/kernel/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('network namespaces', [needs.root, needs.iproute2])

// This process leaves its namespace for good: what it came from is kept as a descriptor.
const home = openNamespace('/proc/thread-self/ns/net')
const homeInode = namespaceInode()
const own = unshareNetwork()

const namesIn = (namespace?: Fd): string[] => {
  using interfaces = new Interfaces(namespace)
  return interfaces.list().map(({ name }) => name)
}

/** Runs a command in the namespace that this process came from. */
const atHome = (...command: string[]) => execa('nsenter', [`--net=/proc/${process.pid}/fd/${home.number}`, ...command])

test('a new namespace has an inode of its own and nothing but the loopback', () => {
  assert.is.not(own.inode, homeInode)
  assert.is(namespaceInode(), own.inode)
  assert.is(namespaceInode(home), homeInode)
  assert.equal(namesIn(), ['lo'])
})

test('a socket is made in another namespace, and the thread comes back', async () => {
  using here = openNamespace('/proc/thread-self/ns/net')
  using interfaces = new Interfaces()
  interfaces.createVeth({ name: 'only-here', index: 10 }, { name: 'too', index: 11, namespace: here }, 1500)
  assert.ok(namesIn().includes('only-here'))
  const { stdout } = await atHome('ip', '-j', 'link')
  const expected: { ifname: string }[] = JSON.parse(stdout)
  assert.equal(
    namesIn(home),
    expected.map(({ ifname }) => ifname),
  )
  assert.is(namespaceInode(), own.inode)
})

test('it comes back when the other namespace cannot be entered', () => {
  using notOne = openNamespace('/proc/thread-self/ns/uts')
  assert.throws(
    () => namesIn(notOne),
    (error: unknown) => error instanceof SyscallError && error.syscall === 'setns' && error.errno === 'EINVAL',
  )
  assert.is(namespaceInode(), own.inode)
})

test('a sysctl changes here and nowhere else', async () => {
  const elsewhere = async (): Promise<string> => {
    const { stdout } = await atHome('cat', '/proc/sys/net/ipv4/tcp_fin_timeout')
    return stdout
  }
  const before = await elsewhere()
  own.setSysctl('net.ipv4.tcp_fin_timeout', '7')
  assert.is(readFileSync('/proc/sys/net/ipv4/tcp_fin_timeout', 'utf8'), '7\n')
  assert.is(await elsewhere(), before)
})

test('a sysctl of the whole machine cannot be set', () => {
  for (const name of ['kernel.hostname', 'net', 'net..x', 'net./etc/x', 'net.ipv4/../../kernel/x', 'vm.swappiness']) {
    assert.throws(
      () => own.setSysctl(name, '1'),
      (error: unknown) => error instanceof UsageError,
      name,
    )
  }
  // The kernel shows in a new namespace only the settings that belong to it.
  assert.throws(
    () => own.setSysctl('net.core.netdev_max_backlog', '1'),
    (error: unknown) => error instanceof SyscallError && error.errno === 'ENOENT',
  )
})

test('a value that the kernel refuses is an error', () => {
  assert.throws(
    () => own.setSysctl('net.ipv4.tcp_ecn', '77'),
    /setting net\.ipv4\.tcp_ecn to "77": write answered EINVAL/,
  )
})

test('a namespace that is not there', () => {
  assert.throws(
    () => openNamespace('/proc/0/ns/net'),
    /opening the network namespace \/proc\/0\/ns\/net: open answered ENOENT/,
  )
})

test('no descriptor is left open but the one kept here', () => {
  assert.equal(openFds(), [home.what])
})

test.run()
