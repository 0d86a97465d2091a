import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { availableCongestion, bindTcpSocket, LinuxTarget, openNamespace, openTcpSocket } from '../../../src/kernel/index.ts'
import { defaultCongestion, replaceDefault } from '../../../src/sockets/index.ts'
import { startHost } from '../../../src/testbed/index.ts'
import { ccdk, documentOf, startCcdk } from '../../support/ccdk.ts'
import type { Registered, Shown, Unregistered } from '../../support/ccdk-documents.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { dumpStructOps, registerWithBpftool, writeRenamed } from '../support/bpftool.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('ccdk unregister', [needs.root, needs.structOps, needs.clang, needs.bpftool])

const isAvailable = (name: string): boolean => availableCongestion().includes(name)

test('several at once, of any kind: by name, by the id of the map or link, by a pin', async () => {
  await using bpffs = await mountBpffs()
  const [plain, byId, linked, byLink] = [uniqueName(), uniqueName(), uniqueName(), uniqueName()]
  await assertGone([plain, byId, linked, byLink], async () => {
    await ccdk(['register', exampleFile('bpf_cubic'), '--name', plain])
    const first = await documentOf<Registered>(ccdk(['register', exampleFile('bpf_dctcp'), '--name', byId, '--json']))
    await ccdk(['register', exampleFile('bpf_reno'), '--name', linked, '--pin', bpffs.path])
    const file = await compileFixture('versions')
    const second = await documentOf<Registered>(ccdk(['register', file, '--name', byLink, '--pin', bpffs.path, '--json']))
    // A name that is none leaves everything as it is.
    const wrong = await ccdk(['unregister', plain, `${plain}_none`])
    assert.is(wrong.exitCode, 2)
    assert.ok(isAvailable(plain))

    const { unregistered, pinsRemoved } = await documentOf<Unregistered>(
      ccdk([
        'unregister',
        '--json',
        plain,
        `map:${first.registered[0]?.mapId}`,
        join(bpffs.path, 'bpf_reno'),
        `link:${second.registered[0]?.linkId}`,
        // Twice the same is once.
        linked,
      ]),
    )
    assert.equal(
      unregistered.map(({ name }) => name),
      [plain, byId, linked, byLink],
    )
    assert.equal(pinsRemoved.toSorted(), [join(bpffs.path, 'bpf_reno'), join(bpffs.path, 'versions')])
    assert.not.ok([plain, byId, linked, byLink].some(isAvailable))
  })
})

test('it names who uses it still, and --wait ends when the time is over', async () => {
  await using host = await startHost('host')
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
    using namespace = openNamespace(`/proc/${host.pid}/ns/net`)
    using listening = openTcpSocket('ipv4', name, namespace)
    bindTcpSocket(listening, { family: 'ipv4', address: '127.0.0.1', port: 0 })
    const server = createServer()
    server.listen({ fd: listening.release() })
    await once(server, 'listening')
    const address = server.address()
    const client = new Socket({ fd: openTcpSocket('ipv4', name, namespace).release(), readable: true, writable: true })
    client.connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
    const [accepted] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
    try {
      const { exitCode, stdout, stderr } = await ccdk(['unregister', name, '--wait', '0.3'])
      assert.is(exitCode, 1)
      assert.match(stderr, `${name}: state tobefree, 3 references: waiting\n  used by 2 connections and 1 listening socket\n`)
      assert.match(stdout, '  state tobefree, 3 references: it is in use still\n  used by 2 connections and 1 listening socket\n')
      assert.match(stdout, new RegExp(`^  of process ${process.pid} \\(\\S.*, 3\\)$`, 'm'))
      const { unregistered } = await documentOf<Unregistered>(
        ccdk(['unregister', name, '--wait=0', '--json']).then((ran) => ({ ...ran, stderr: '' })),
      )
      assert.equal(unregistered[0]?.usage?.owners.map(({ pid, sockets }) => [pid, sockets]), [[process.pid, 3]])
      assert.equal(unregistered[0]?.usage?.defaults, [])
    } finally {
      client.destroy()
      const [peer]: Socket[] = accepted
      peer?.destroy()
      server.close()
    }
    const last = await ccdk(['unregister', name, '--wait', '30'])
    assert.is(last.exitCode, last.stderr.includes('no struct_ops algorithm') ? 2 : 0)
  })
})

test('--wait takes seconds, and says so to who gives it a name', async () => {
  const { exitCode, stderr } = await ccdk(['unregister', '--wait', 'bpf_dctcp'])
  assert.is(exitCode, 2)
  assert.match(stderr, '--wait takes seconds, and "bpf_dctcp" is none\n      give it behind the names')
})

test('a namespace whose default it is is found, and given another', async () => {
  await using host = await startHost('host')
  await using other = await startHost('other')
  // Other namespaces than the first may have only those as a default that need no privilege.
  const allowed = await readFile('/proc/sys/net/ipv4/tcp_allowed_congestion_control', 'utf8')
  const native = allowed.trim().split(' ').find((one) => one !== 'reno' && !one.startsWith('t_')) ?? ''
  await host.setSysctl('net.ipv4.tcp_congestion_control', 'reno')
  await other.setSysctl('net.ipv4.tcp_congestion_control', native)
  const only = new Set([host.namespace, other.namespace])
  const defaults = () => new Map(defaultCongestion(only).namespaces.map(({ inode, value }) => [inode, value]))
  assert.equal([defaults().get(host.namespace), defaults().get(other.namespace)], ['reno', native])
  const changed = replaceDefault('reno', native, only).namespaces.filter(({ value }) => value)
  assert.equal(changed.map(({ inode }) => inode), [host.namespace])
  assert.equal([defaults().get(host.namespace), defaults().get(other.namespace)], [native, native])
  // It is looked for everywhere, and an algorithm that is nobody's default changes none.
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
    const wrong = await ccdk(['unregister', name, '--restore-default', name])
    assert.match(wrong.stderr, `takes one of the kernel's own algorithms, and "${name}" is registered by BPF`)
    assert.match((await ccdk(['unregister', name, '--restore-default', 'nope'])).stderr, 'the kernel has no "nope"')
    const { unregistered } = await documentOf<Unregistered>(ccdk(['unregister', name, '--restore-default', 'reno', '--json']))
    assert.equal(unregistered[0]?.defaultsRestored, [])
  })
  assert.is(defaults().get(other.namespace), native)
})

test('what bpftool registered is listed, shown and unregistered; and the other way round', async () => {
  using directory = temporaryDirectory()
  const theirs = uniqueName()
  const ours = uniqueName()
  const file = await writeRenamed(await readFile(exampleFile('bpf_cubic')), 'cubic', theirs, directory.path)
  await assertGone([theirs, ours], async () => {
    const id = await registerWithBpftool(file)
    const { structOps: listed } = await documentOf<{ structOps: Shown[] }>(ccdk(['list', '--json']))
    const { structOps: shown } = await documentOf<{ structOps: Shown }>(ccdk(['show', theirs, '--json']))
    for (const entry of [shown, listed.find(({ mapId }) => mapId === id)]) {
      assert.equal([entry?.mapId, entry?.name, entry?.state, entry?.registered, entry?.refcnt], [id, theirs, 'inuse', true, 1])
      assert.is(entry?.members.length, 6)
    }
    const { data } = await dumpStructOps(id)
    for (const { member, program, programId } of shown.members) {
      assert.match(String(data[member]), new RegExp(` ${program}/prog_id:${programId}$`))
    }
    assert.is((await ccdk(['unregister', theirs])).exitCode, 0)
    assert.not.ok(isAvailable(theirs))

    const { registered } = await documentOf<Registered>(
      ccdk(['register', exampleFile('bpf_dctcp'), '--name', ours, '--json']),
    )
    await execa('bpftool', ['struct_ops', 'unregister', 'id', String(registered[0]?.mapId)])
    assert.not.ok(isAvailable(ours))
  })
})

test('show and list --holders say which processes hold it, and where it is pinned', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  await assertGone([name], async () => {
    const { subprocess, pid } = startCcdk(['register', await compileFixture('versions'), '--name', name])
    await until(() => isAvailable(name), `${name} is registered`)
    await until(() => {
      using target = new LinuxTarget()
      return [...target.objects.ids('link')].length > 0
    }, 'it has a link')
    const { structOps: shown } = await documentOf<{ structOps: Shown }>(ccdk(['show', name, '--json']))
    const [link = 0] = shown.links
    const pin = join(bpffs.path, 'somewhere', 'else')
    await execa('mkdir', [join(bpffs.path, 'somewhere')])
    await execa('bpftool', ['link', 'pin', 'id', String(link), pin])
    await execa('bpftool', ['map', 'pin', 'id', String(shown.mapId), join(bpffs.path, 'the_map')])
    const text = (await ccdk(['show', name])).stdout
    assert.match(text, new RegExp(`^  pinned +${pin}$`, 'm'))
    assert.match(text, new RegExp(`^  pinned +${join(bpffs.path, 'the_map')} \\(map\\)$`, 'm'))
    assert.match(text, new RegExp(`^  held by +process ${pid} \\(\\S.*\\): link ${link}; map ${shown.mapId}; programs [\\d, ]+$`, 'm'))
    const { stdout } = await ccdk(['list', '--holders'])
    assert.match(stdout, new RegExp(`^${name} \\(map ${shown.mapId}\\)\n(  (link|map) pinned at .*\n){2}  process ${pid} `, 'm'))

    // An older version stays in sight as long as a socket has it.
    using socket = openTcpSocket('ipv4', name)
    await ccdk(['switch', await compileFixture('versions'), '--name', name])
    assert.match((await ccdk(['show', name])).stdout, new RegExp(`^  older +map ${shown.mapId}, ready, \\d references?$`, 'm'))
    socket[Symbol.dispose]()
    const { stdout: last } = await ccdk(['unregister', name])
    assert.match(last, `removed the pin ${pin}`)
    await execa('rm', [join(bpffs.path, 'the_map')])
    assert.is((await subprocess).exitCode, 0)
  })
})

test.run()
