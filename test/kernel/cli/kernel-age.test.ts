/** What the commands do and say where the kernel has no links. It is run on kernels of several ages: see test/vm. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import * as assert from 'uvu/assert'
import { bindTcpSocket, LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import type { Registered, Shown, SwitchedDocument } from '../../support/ccdk-documents.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('ccdk and the age of the kernel', [needs.root, needs.structOps, needs.clang])

const hasLinks = new LinuxTarget().hasFeature('struct_ops_link') === 'yes'
const file = await compileFixture('versions')

test('a struct that is registered by a link takes Linux 6.4: an older one is named, with the way without a link', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  const register = () => ccdk(['register', file, '--name', name, '--pin', bpffs.path, '--json'])
  if (hasLinks) {
    await assertGone([name], async () => {
      assert.is((await register()).exitCode, 0)
      assert.is((await ccdk(['unregister', name])).exitCode, 0)
    })
    return
  }
  const ran = await register()
  assert.is(ran.exitCode, 3)
  const { code, message, hint } = errorOf(ran)
  assert.is(code, 'unsupported-kernel')
  assert.match(message, 'this kernel has no registration of struct_ops by links: it needs Linux 6.4 or later')
  assert.match(hint ?? '', '.struct_ops')
})

/** A connection over the loopback to a socket that has the algorithm, which it gives to the end that it accepts. */
async function connected(congestion: string): Promise<Disposable> {
  using undo = new DisposableStack()
  const listening = openTcpSocket('ipv4', congestion)
  bindTcpSocket(listening, { family: 'ipv4', address: '127.0.0.1', port: 0 })
  const server = createServer((socket) => undo.defer(() => socket.destroy()))
  undo.defer(() => server.close())
  server.listen({ fd: listening.release() })
  await once(server, 'listening')
  const address = server.address()
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  undo.defer(() => socket.destroy())
  await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  return undo.move()
}

test('without a link one version takes the place of another when asked for, and open connections get it too', async () => {
  const name = uniqueName()
  await assertGone([name], async () => {
    const plain = await documentOf<Registered>(ccdk(['register', file, '--only', 'versions_plain', '--name', name, '--json']))
    const [{ mapId } = { mapId: 0 }] = plain.registered
    {
      // Its other end has the machine's own algorithm, and keeps it.
      using _ = await connected(name)
      const { stdout } = await ccdk(['list'])
      assert.match(stdout, new RegExp(`^${name} +tcp_congestion_ops +inuse +yes +3 +2 +${mapId} +5$`, 'm'))

      const refused = await ccdk(['switch', file, '--name', name, '--existing'])
      assert.is(refused.exitCode, 2)
      assert.match(refused.stderr, '--replace unregisters it and registers the new one')

      const { switched } = await documentOf<SwitchedDocument>(ccdk(['switch', file, '--name', name, '--replace', '--existing', '--json']))
      const [result] = switched
      assert.is(result?.from.mapId, mapId)
      assert.equal(result?.moved, { connections: 1, listening: 1, refused: [] })
      assert.equal(result?.uses, [{ mapId: result?.to.mapId, connections: 1, listening: 1 }])
      assert.is(result?.oldRefcnt, 0)
      const { structOps } = await documentOf<{ structOps: Shown }>(ccdk(['show', name, '--json']))
      assert.equal([structOps.mapId, structOps.byLink, structOps.registered], [result?.to.mapId, false, true])
    }
    assert.is((await ccdk(['unregister', name])).exitCode, 0)
  })
})

test.run()
