import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { switchObject } from '../../../cli/switch/switch-object.ts'
import { availableCongestion, bindTcpSocket, openNamespace, openTcpSocket } from '../../../src/kernel/index.ts'
import { load } from '../../../src/loader/index.ts'
import { describeMap, register } from '../../../src/structops/index.ts'
import { startHost } from '../../../src/testbed/index.ts'
import { ccdk, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import type { Registered, Shown, SwitchedDocument } from '../../support/ccdk-documents.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { told } from '../../support/told.ts'
import { until } from '../../support/until.ts'
import { openFixture, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { assertGone } from '../support/gone.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('ccdk switch', [needs.root, needs.structOps, needs.clang, needs.iproute2])

const isAvailable = (name: string): boolean => availableCongestion().includes(name)

const show = async (name: string): Promise<Shown> =>
  (await documentOf<{ structOps: Shown }>(ccdk(['show', name, '--json']))).structOps

test('a new version takes the place of a pinned one, and it says which', async () => {
  await using bpffs = await mountBpffs()
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    const { registered } = await documentOf<Registered>(
      ccdk(['register', file, '--name', name, '--pin', bpffs.path, '--json']),
    )
    const [{ mapId, linkId } = { mapId: 0, linkId: 0 }] = registered
    const { exitCode, stdout, stderr } = await ccdk(['switch', file, '--name', name])
    assert.is(exitCode, 0, stderr)
    assert.is(stderr, '')
    const pin = join(bpffs.path, 'versions')
    assert.match(
      stdout,
      new RegExp(
        `^switched ${name} from map ${mapId} to map \\d+ \\(struct tcp_congestion_ops, link ${linkId}\\)\n` +
          `  pinned at ${pin}\n  no socket uses the old version\n$`,
      ),
    )
    const shown = await show(name)
    assert.ok(shown.mapId > mapId)
    assert.equal(shown.links, [linkId])
    assert.ok(existsSync(pin))
    await ccdk(['unregister', name])
  })
})

test('who registered it by holding the link hears of it, and still unregisters at the end', async () => {
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    const { subprocess, pid } = startCcdk(['register', file, '--name', name])
    await until(() => isAvailable(name), `${name} is registered`)
    const heard = told(subprocess, 'by somebody else')
    assert.is((await ccdk(['switch', file, '--name', name])).exitCode, 0)
    await heard
    assert.ok(isAvailable(name))
    process.kill(pid, 'SIGINT')
    const { exitCode, stderr } = await subprocess
    assert.is(exitCode, 130)
    assert.match(stderr, new RegExp(`^${name}: switched to map \\d+ by somebody else\n${name}: unregistered$`, 'm'))
    assert.not.ok(isAvailable(name))
  })
})

test('what the verifier refuses is not switched to: the old version stays', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', await compileFixture('versions'), '--name', name, '--pin', bpffs.path])
    const before = await show(name)
    const ran = await ccdk(['switch', await compileFixture('verifier_reject'), '--name', name, '--json'])
    assert.is(ran.exitCode, 5)
    assert.is(errorOf(ran).code, 'verifier')
    assert.equal(await show(name), before)
    await ccdk(['unregister', name])
  })
})

test('what cannot be meant is refused', async () => {
  const file = await compileFixture('versions')
  const name = uniqueName()
  const none = await ccdk(['switch', file, '--name', name])
  assert.is(none.exitCode, 2)
  assert.match(none.stderr, `"${name}" is not registered, so there is nothing to switch`)
  await assertGone([name], async () => {
    await ccdk(['register', file, '--only', 'versions_plain', '--name', name])
    const plain = await ccdk(['switch', file, '--name', name])
    assert.is(plain.exitCode, 2)
    assert.match(plain.stderr, 'is registered without a link, and only a link can be given another version at once')
    assert.match(plain.stderr, '--replace unregisters it and registers the new one')
    const typo = await ccdk(['switch', file, '--name', `${name}x`])
    assert.match(typo.stderr, `"${name}" is: --name gives the new one its name`)
    const elsewhere = await ccdk(['switch', file, '--name', name, '--netns', 'no_such_namespace'])
    assert.is(elsewhere.exitCode, 2)
    assert.match(elsewhere.stderr, 'there is no network namespace "no_such_namespace"')
    await ccdk(['unregister', name])
  })
})

test('what is registered by itself is replaced when asked for, and not when the new one would fail', async () => {
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', file, '--only', 'versions_plain', '--name', name])
    const before = await show(name)
    const incomplete = await ccdk(['switch', await compileFixture('incomplete'), '--name', name, '--replace'])
    assert.is(incomplete.exitCode, 1)
    assert.match(incomplete.stderr, 'the kernel demands a program for undo_cwnd')
    assert.equal(await show(name), before)
    const { switched } = await documentOf<SwitchedDocument>(
      ccdk(['switch', file, '--name', name, '--replace', '--json']),
    )
    const after = await show(name)
    assert.is(switched[0]?.linkId, null)
    assert.equal([switched[0]?.from.mapId, switched[0]?.to.mapId], [before.mapId, after.mapId])
    assert.is(after.byLink, false)
    await ccdk(['unregister', name])
  })
})

/** Connections over the loopback of a namespace; all of their sockets have the congestion control. */
async function connections(count: number, congestion: string, pid: number): Promise<Disposable & { port: number }> {
  using namespace = openNamespace(`/proc/${pid}/ns/net`)
  const listening = openTcpSocket('ipv4', congestion, namespace)
  const owned = new DisposableStack()
  bindTcpSocket(listening, { family: 'ipv4', address: '127.0.0.1', port: 0 })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    owned.defer(() => socket.destroy())
  })
  owned.defer(() => server.close())
  server.listen({ fd: listening.release(), backlog: count })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  for (let number = 0; number < count; number += 1) {
    const fd = openTcpSocket('ipv4', congestion, namespace).release()
    const socket = owned.adopt(new Socket({ fd, readable: true, writable: true }), (one) => one.destroy())
    socket.on('error', () => undefined)
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
  }
  return { port, [Symbol.dispose]: () => owned.dispose() }
}

test('--existing moves 1,000 open connections and the socket that listens, and touches no other', async () => {
  await using bpffs = await mountBpffs()
  await using host = await startHost('host')
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', file, '--name', name, '--pin', bpffs.path])
    const before = await show(name)
    {
      using ours = await connections(500, name, host.pid)
      using others = await connections(20, 'reno', host.pid)
      assert.ok(ours.port !== others.port)
      assert.is(host.sockets({ congestion: name }).length, 1001)
      assert.is((await show(name)).refcnt, 1002)

      // Without it they keep their version, in whichever namespace they are.
      const kept = await ccdk(['switch', file, '--name', name])
      assert.match(kept.stdout, `map ${before.mapId} is still used by 1,000 connections and 1 listening socket\n`)
      assert.match(kept.stdout, 'open connections keep their version until they end: --existing moves them')

      const elsewhere = await documentOf<SwitchedDocument>(
        ccdk(['switch', file, '--name', name, '--existing', '--netns', 'own', '--json']),
      )
      assert.equal(elsewhere.switched[0]?.moved, { connections: 0, listening: 0, refused: [] })

      const { switched } = await documentOf<SwitchedDocument>(
        ccdk(['switch', file, '--name', name, '--existing', '--netns', String(host.pid), '--json']),
      )
      const [result] = switched
      assert.equal(result?.moved, { connections: 1000, listening: 1, refused: [] })
      assert.equal(result?.uses, [{ mapId: result?.to.mapId, connections: 1000, listening: 1 }])
      assert.is(result?.oldRefcnt, 0)
      // One for the registration, and one for each socket: so the kernel has none with an older version.
      assert.is((await show(name)).refcnt, 1002)
      const listed = host.sockets()
      assert.is(listed.filter(({ congestion }) => congestion === name).length, 1001)
      assert.is(listed.filter(({ congestion }) => congestion === 'reno').length, 41)
    }
    await ccdk(['unregister', name])
  })
})

test('a socket that its route holds to the old version is refused, and told of', async () => {
  await using bpffs = await mountBpffs()
  await using host = await startHost('host')
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', file, '--name', name, '--pin', bpffs.path])
    const before = await show(name)
    // ABI: a route whose congctl is locked gives connections their algorithm for good.
    const route = ['table', 'local', 'local', '127.0.0.1', 'dev', 'lo', 'congctl', 'lock', name]
    await execa('nsenter', ['-t', String(host.pid), '-n', 'ip', 'route', 'replace', ...route])
    {
      using _ = await connections(3, 'reno', host.pid)
      assert.is(host.sockets({ congestion: name }).length, 6)
      const { stdout } = await ccdk(['switch', file, '--name', name, '--existing', '--netns', String(host.pid)])
      assert.match(stdout, '  moved 0 connections and 0 listening sockets; the kernel refused 6 (EPERM)\n')
      assert.match(stdout, `  map ${before.mapId} is still used by 6 connections and 0 listening sockets\n`)
    }
    await host.close()
    await ccdk(['unregister', name])
  })
})

test('of several, all are switched or none', async () => {
  const object = await openFixture('several')
  const chosen = object.structOps.filter((spec) => spec.name !== 'optional')
  for (const spec of chosen) spec.link = true
  await leavesNothing((target) => {
    using loaded = load(object, target)
    using first = register(loaded, 'plain')
    using second = register(loaded, 'linked')
    const isRegistered = ({ mapId }: { mapId: number }) => describeMap(target, mapId)?.registered
    let updates = 0
    const failing = intercepted(target, (method, call) => {
      if (method === 'updateStructOpsLink') updates += 1
      if (updates === 2 && method === 'updateStructOpsLink') throw new Error('injected')
      return call()
    })
    assert.throws(() => switchObject(object, failing), /injected/)
    assert.is(updates, 3)
    assert.equal([isRegistered(first), isRegistered(second)], [true, true])
    const { switched } = switchObject(object, target)
    assert.equal(
      switched.map(({ from }) => from.mapId),
      [first.mapId, second.mapId],
    )
    assert.equal([isRegistered(first), isRegistered(second)], [false, false])
    assert.ok(switched.every(({ to }) => isRegistered(to)))
  })
})

test('sockets that are not connected cannot be moved, and are told of', async () => {
  await using bpffs = await mountBpffs()
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', file, '--name', name, '--pin', bpffs.path])
    const { mapId } = await show(name)
    using socket = openTcpSocket('ipv4', name)
    const { stdout } = await ccdk(['switch', file, '--name', name, '--existing'])
    assert.match(stdout, `  moved 0 connections and 0 listening sockets\n  map ${mapId} is still used by 1 unconnected socket\n`)
    socket[Symbol.dispose]()
    await ccdk(['unregister', name])
  })
})

test.run()
