import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, ATTACH_TYPE, type AttachOptions, isUnlinked, type LoadedObject, type Unlinked } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { idOf, loadLinks, orderOf, programOf } from '../support/links-object.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('attaching to sockets', [needs.root, needs.structOps, needs.clang])
const withLinks = suite('attaching to sockets', [needs.root, needs.structOps, needs.clang, needs.sockmapLinks])

const unlinked = (loaded: LoadedObject, name: string, options: AttachOptions): Unlinked =>
  attach(loaded, name, { ...options, withoutLink: 'always' })

/** The descriptor of a socket of Node's. */
function descriptorOf(socket: object): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  return typeof handle === 'object' && handle !== null ? Number(Reflect.get(handle, 'fd')) : -1
}

async function connected(): Promise<{ near: Socket; far: Socket; close: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const arrival = once(server, 'connection')
  const near = connect(address.port, '127.0.0.1')
  const [far]: Socket[] = await arrival
  assert.ok(far)
  return {
    near,
    far,
    close: async () => {
      near.destroy()
      far.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

for (const way of ['by a link', 'without a link'] as const) {
  const declare = way === 'by a link' ? withLinks : test
  declare(`programs of a sockmap see what its sockets send and receive, ${way}`, async () => {
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['verdict', 'verdict_two', 'verdict_three', 'message'])
      const map = loaded.maps.get('sockets')?.handle
      assert.ok(map)
      const { near, far, close } = await connected()
      try {
        const put = (name: string, attachType = {}) =>
          way === 'by a link' ? attach(loaded, name, { map, ...attachType }) : unlinked(loaded, name, { map, ...attachType })
        /** The map gives its programs to a socket that is put into it. */
        const digitsWith = async (work: () => Promise<void>) => {
          target.update(map, new Uint8Array(4), new Uint8Array(BigUint64Array.of(BigInt(descriptorOf(near))).buffer))
          const digits = await orderOf(loaded, work)
          target.delete(map, new Uint8Array(4))
          return digits
        }
        const arriving = () =>
          digitsWith(async () => {
            far.write('from the other end')
            await once(near, 'data')
          })
        {
          using verdict = put('verdict')
          const place = { at: 'sockmap', map, attachType: ATTACH_TYPE.SK_SKB_STREAM_VERDICT } as const
          assert.equal(target.attachedPrograms(place).programs.map(({ id }) => id), [idOf(loaded, 'verdict')])
          assert.is(await arriving(), 1)
          if (isUnlinked(verdict)) verdict.replace(programOf(loaded, 'verdict_two'))
          else target.updateLink(verdict, programOf(loaded, 'verdict_two'), programOf(loaded, 'verdict'))
          assert.is(await arriving(), 2)
        }
        assert.is(await arriving(), 0)
        assert.throws(() => put('verdict_three'), /does not say what it does/)
        {
          using _ = put('verdict_three', { attachType: ATTACH_TYPE.SK_SKB_STREAM_VERDICT })
          assert.is(await arriving(), 3)
        }
        using _ = put('message')
        const sent = await digitsWith(async () => {
          near.write('to the other end')
          await once(far, 'data')
        })
        assert.is(sent, 4)
      } finally {
        await close()
      }
    })
  })
}

test('a filter decides what a socket gets', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['filter_one', 'filter_nothing'])
    const { near, far, close } = await connected()
    try {
      const file = descriptorOf(far)
      assert.throws(() => attach(loaded, 'filter_one', { file }), (error: unknown) => error instanceof UsageError && /withoutLink/.test(error.hint))
      {
        using filter = unlinked(loaded, 'filter_one', { file })
        near.write('one')
        await once(far, 'data')
        assert.is(Number(loaded.variable<bigint>('order').get() % 10n), 1)
        filter.replace(programOf(loaded, 'filter_nothing'))
        near.write('held back')
        await until(() => loaded.variable<bigint>('order').get() % 10n === 2n, 'the other filter')
      }
      const runs = loaded.variable<bigint>('runs').get()
      // Without the filter it is sent again.
      await once(far, 'data')
      near.write('two')
      await once(far, 'data')
      assert.ok(loaded.variable<bigint>('runs').get() >= runs)
      {
        // The second takes the place of the first, and nothing is left for that to take away.
        using first = unlinked(loaded, 'filter_one', { file })
        using second = unlinked(loaded, 'filter_one', { file })
        assert.equal([first.way, second.way], ['socket', 'socket'])
      }
      const closed = unlinked(loaded, 'filter_one', { file })
      await close()
      // The socket is gone, and its number may be another's: nothing is done.
      closed[Symbol.dispose]()
    } finally {
      near.destroy()
    }
  })
})

test('a program chooses among the sockets of one port', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['choose'])
    const server = createServer((socket) => socket.destroy()).listen({ port: 0, host: '127.0.0.1', reusePort: true })
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    const visit = async () => {
      const socket = connect(address.port, '127.0.0.1')
      await once(socket.resume(), 'close')
    }
    try {
      {
        using _ = unlinked(loaded, 'choose', { file: descriptorOf(server) })
        assert.is(await orderOf(loaded, visit), 5)
      }
      assert.is(await orderOf(loaded, visit), 0)
    } finally {
      server.close()
      await once(server, 'close')
    }
  })
})

test.after(() => assert.equal(openFds(), []))

withLinks.run()
test.run()
