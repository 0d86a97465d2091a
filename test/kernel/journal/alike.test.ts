import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { cleanUp, type Entry, type Found, namespaceIdentity, registrationEntry } from '../../../src/journal/index.ts'
import { entryLine, ownerLine } from '../../../src/journal/lines.ts'
import { bootId, createNamespace, insideNamespace, Interfaces, LinuxTarget, openNamespace } from '../../../src/kernel/index.ts'
import { load } from '../../../src/loader/index.ts'
import { describeMap, register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { openExample, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'

const test = suite('what looks like a leaving', [needs.root, needs.structOps, needs.iproute2])

const run = '0123456789'
const owner = { run, command: 'test', pid: 4_194_400, start: 17, boot: bootId(), at: 1 }

/** Cleans up after a killed run that noted these entries. */
async function clean(...entries: readonly Entry[]): Promise<Found[]> {
  using place = temporaryDirectory()
  const directory = join(place.path, 'journal')
  mkdirSync(directory, { mode: 0o700 })
  const lines = entries.map((entry, index) => entryLine(index + 1, entry))
  writeFileSync(join(directory, `${run}.journal`), [ownerLine(owner), ...lines].join(''), { mode: 0o600 })
  const { runs, refused } = await cleanUp({ directory })
  assert.equal(refused, [])
  return runs.flatMap(({ things }) => things)
}

const undone = (found: readonly Found[]): string[] => found.filter(({ outcome }) => outcome === 'undone').map(({ entry }) => entry.kind)

test('a registration: of the same name by another map, of the same map by another name', async () => {
  using target = new LinuxTarget()
  using loaded = load(await openExample('bpf_cubic'), target)
  const entry = registrationEntry(loaded, 'cubic')
  if (entry.kind !== 'registration') return assert.unreachable()
  // Loaded, but not registered.
  assert.equal(await clean(entry), [])
  using registration = register(loaded, 'cubic')
  assert.equal(await clean({ ...entry, map: entry.map - 1 }, { ...entry, map: entry.map + 1 }, { ...entry, name: 'other' }), [])
  const isRegistered = () => describeMap(target, registration.mapId)?.registered
  assert.is(isRegistered(), true)
  assert.equal(undone(await clean(entry)), ['registration'])
  assert.is(isRegistered(), false)
})

test('a pin: of something else at the same path', async () => {
  await using bpffs = await mountBpffs()
  using target = new LinuxTarget()
  using loaded = load(await openExample('bpf_reno'), target)
  const path = join(bpffs.path, 'pin')
  using registration = register(loaded, 'bpf_reno', { pin: path })
  const id = registration.linkId ?? 0
  assert.equal(await clean({ kind: 'pin', path, object: 'link', id: id + 1 }, { kind: 'pin', path, object: 'map', id }), [])
  assert.ok(existsSync(path))
  assert.equal(undone(await clean({ kind: 'pin', path, object: 'link', id })), ['pin'])
  assert.not.ok(existsSync(path))
})

test('a link: of another type by the same id; one that others hold is detached', async () => {
  using target = new LinuxTarget()
  using loaded = load(await openExample('bpf_reno'), target)
  using registration = register(loaded, 'bpf_reno')
  const id = registration.linkId ?? 0
  assert.equal(await clean({ kind: 'link', id, type: 'xdp' }), [])
  assert.is(describeMap(target, registration.mapId)?.registered, true)
  assert.equal(undone(await clean({ kind: 'link', id, type: 'struct_ops' })), ['link'])
  assert.is(describeMap(target, registration.mapId)?.registered, false)
})

test('a mount: another one at the same path, or over it', async () => {
  using place = temporaryDirectory()
  const path = place.path
  const entry: Entry = { kind: 'mount', path, source: `ccdk-${run}` }
  const isMounted = () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} `)
  await execa('mount', ['-t', 'bpf', 'bpf', path])
  assert.equal(await clean(entry), [])
  assert.ok(isMounted())
  await execa('umount', [path])
  await execa('mount', ['-t', 'bpf', `ccdk-${run}`, path])
  assert.equal(undone(await clean(entry)), ['mount'])
  assert.not.ok(isMounted())
})

test('a named namespace: another one by that name, also when it has the inode of the old one', async () => {
  const name = uniqueName()
  await execa('ip', ['netns', 'add', name])
  try {
    using namespace = openNamespace(`/run/netns/${name}`)
    const identity = namespaceIdentity(namespace)
    const cookie = String(BigInt(identity.cookie) - 1n)
    assert.equal(await clean({ kind: 'namespace', name, ...identity, cookie }), [])
    assert.equal(await clean({ kind: 'namespace', name, ...identity, inode: identity.inode - 1 }), [])
    assert.ok(existsSync(`/run/netns/${name}`))
    assert.equal(undone(await clean({ kind: 'namespace', name, ...identity })), ['namespace'])
    assert.not.ok(existsSync(`/run/netns/${name}`))
  } finally {
    await execa('ip', ['netns', 'delete', name], { reject: false })
  }
})

test('interfaces and sysctls: in another namespace, by another number, with another value', async () => {
  const name = uniqueName()
  await execa('ip', ['netns', 'add', name])
  try {
    using namespace = openNamespace(`/run/netns/${name}`)
    using elsewhere = createNamespace()
    const identity = namespaceIdentity(namespace)
    using interfaces = new Interfaces(namespace)
    interfaces.createVeth({ name: 'left', index: 6 }, { name: 'right', index: 8, namespace }, 1500)
    const names = () => interfaces.list().map((one) => one.name)
    const wire: Entry = { kind: 'interface', name: 'left', index: 6, ...identity }
    assert.equal(await clean({ ...wire, index: 8 }, { ...wire, name: 'right' }, { ...wire, ...namespaceIdentity(elsewhere) }), [])
    assert.ok(names().includes('left'))
    assert.equal(undone(await clean(wire)), ['interface'])
    assert.not.ok(names().includes('left') || names().includes('right'))

    const file = '/proc/sys/net/ipv4/tcp_ecn'
    const value = () => insideNamespace(namespace, () => readFileSync(file, 'utf8').trim())
    const setting: Entry = { kind: 'sysctl', name: 'net.ipv4.tcp_ecn', before: '2', value: '1', ...identity }
    // Somebody has set it to something else since.
    insideNamespace(namespace, () => writeFileSync(file, '0'))
    assert.equal(await clean(setting), [])
    assert.is(value(), '0')
    insideNamespace(namespace, () => writeFileSync(file, '1'))
    assert.equal(await clean({ ...setting, ...identity, cookie: '1' }), [])
    assert.equal(undone(await clean(setting)), ['sysctl'])
    assert.is(value(), '2')
  } finally {
    await execa('ip', ['netns', 'delete', name], { reject: false })
  }
})

test.run()
