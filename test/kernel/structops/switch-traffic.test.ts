import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { load, type LoadedObject, setVariable } from '../../../src/loader/index.ts'
import { SocketVersions } from '../../../src/sockets/index.ts'
import { register, setMember, type Swap, swap } from '../../../src/structops/index.ts'
import { createTestbed } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture, structOpsOf } from '../support/algorithm.ts'
import type { CheckedTraffic } from '../support/checked-traffic-process.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('switching under traffic', [needs.root, needs.structOps, needs.clang])

const swaps = 100
const flows = 4

/** Starts a program of test/kernel/support that says when it is ready and, when its stdin is closed, what it has seen. */
async function start(program: string, ...args: readonly string[]) {
  const file = join(import.meta.dirname, '../support', program)
  const running = execa(process.execPath, [file, ...args], { stdin: 'pipe' })
  await Promise.race([once(running.stdout, 'data'), running])
  return {
    async end<Answer>(): Promise<Answer> {
      running.stdin.end()
      const { stdout } = await running
      const answer: Answer = JSON.parse(stdout.split('\n')[1] ?? '')
      return answer
    },
  }
}

function swapOnce(loaded: LoadedObject, linkId: number): Swap {
  using swapped = swap(loaded, 'versions', linkId)
  return swapped
}

test('100 swaps between two versions: no connection is lost, no byte is wrong, and the name is always there', async () => {
  const versions = [await openFixture('versions'), await openFixture('versions')] as const
  // Not one that is looked for in what tests leave, since it is there before and after.
  const name = `swaps_${process.pid}`
  for (const [index, object] of versions.entries()) {
    setMember(object, structOpsOf(object, 'versions'), 'name', name)
    setVariable(object, 'label', ['one', 'two'][index])
  }
  const ran = { one: { acks: 0n, inits: 0n }, two: { acks: 0n, inits: 0n } }
  const note = (loaded: LoadedObject): void => {
    const version = ran[loaded.variable<'one' | 'two'>('label').get()]
    version.acks += loaded.variable<bigint>('acks').get()
    version.inits += loaded.variable<bigint>('inits').get()
  }
  await using bed = await createTestbed()
  const { client, server } = bed

  await leavesNothing(async (target) => {
    using sockets = new SocketVersions(target)
    using first = load(versions[0], target)
    using registration = register(first, 'versions')
    const linkId = registration.linkId ?? 0
    const address = server.addresses[0]?.ipv4 ?? ''
    const traffic = await start('checked-traffic-process.ts', name, String(client.pid), String(server.pid), address)
    const choosing = await start('choosing-process.ts', name)

    let present = { loaded: first, mapId: registration.mapId }
    for (let round = 1; round <= swaps; round += 1) {
      const loaded = load(versions[round % 2] ?? versions[0], target)
      const { from, to } = swapOnce(loaded, linkId)
      assert.is(from.mapId, present.mapId)
      const moved = sockets.move(name, to.mapId, new Set([client.namespace])).namespaces[0]?.value ?? []
      const count = (answer: string) =>
        moved.reduce((sum, group) => sum + (group.answer === answer ? group.sockets : 0), 0)
      assert.ok(count('moved') >= flows, JSON.stringify(moved))
      assert.equal(
        moved.filter(({ answer }) => answer !== 'moved' && answer !== 'kept'),
        [],
      )
      await sleep(20)
      note(present.loaded)
      if (present.loaded !== first) present.loaded[Symbol.dispose]()
      present = { loaded, mapId: to.mapId }
    }
    assert.ok(client.sockets({ congestion: name, states: ['ESTABLISHED'] }).length >= flows)
    const { connections, wrong, bytes, seconds } = await traffic.end<CheckedTraffic>()
    note(present.loaded)
    present.loaded[Symbol.dispose]()
    const rate = ((bytes * 8) / seconds / 1e9).toFixed(1)
    // For who runs this file by itself.
    process.stderr.write(`${swaps} swaps in ${seconds.toFixed(1)} s, ${connections} connections, ${rate} Gbit/s\n`)
    assert.is(wrong, 0)
    assert.ok(connections > flows + 10, `${connections} connections`)
    const { chosen, failed } = await choosing.end<{ chosen: number; failed: string[] }>()
    assert.equal(failed, [])
    assert.ok(chosen > swaps)
    // Each of them had each of the long connections 50 times, but for runs that the kernel leaves out.
    for (const { acks, inits } of Object.values(ran)) {
      assert.ok(acks > 1000n, `${acks} acks`)
      assert.ok(inits >= BigInt((flows * swaps) / 4), `${inits} inits`)
    }
  })
})

test.run()
