import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { availableCongestion } from '../../../src/kernel/index.ts'
import { createTestbed, type Host } from '../../../src/testbed/index.ts'
import { ccdk, documentOf, startCcdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { assertGone } from '../support/gone.ts'
import { dumpStructOps } from '../support/bpftool.ts'

const test = suite('the examples under traffic', [needs.root, needs.structOps, needs.bpftool, needs.iproute2])

interface Shown {
  mapId: number
  map: string
  name: string
  struct: string
  state: string
  registered: boolean
  refcnt: number
  sockets: number
  members: { member: string; program: string; programId: number; runCount: string }[]
}

/** What ccdk says, in a moment in which its reference count and bpftool's are the same: sockets come and go. */
async function shownAndDumped(name: string) {
  for (let tries = 0; ; tries += 1) {
    const { structOps: shown } = await documentOf<{ structOps: Shown }>(ccdk(['show', name, '--json']))
    const dumped = await dumpStructOps(shown.mapId)
    if (shown.refcnt === dumped.refcnt || tries === 20) return { shown, dumped }
  }
}

/** The sockets of a host's namespace as ss lists them, with the congestion control of each. */
async function ss({ pid }: Host): Promise<string[]> {
  const { stdout } = await execa('nsenter', ['-t', String(pid), '-n', 'ss', '-tinOH'])
  return stdout.split('\n').filter((line) => line.startsWith('ESTAB'))
}

for (const { file, map, state } of [
  { file: 'bpf_reno', map: 'bpf_reno', state: 'ready' },
  { file: 'bpf_cubic', map: 'cubic', state: 'inuse' },
  { file: 'bpf_dctcp', map: 'dctcp', state: 'inuse' },
]) {
  test(`${file} carries 100 MB, and ss and bpftool see what ccdk shows`, async () => {
    const name = uniqueName()
    await assertGone([name], async () => {
      // One with a link stays in the foreground.
      const { subprocess } = startCcdk(['register', exampleFile(file), '--name', name])
      while (!availableCongestion().includes(name)) await new Promise((resolve) => setTimeout(resolve, 10))
      await using bed = await createTestbed()
      await using service = await bed.server.serve({ congestion: name })
      await using transfer = await bed.client.send({ to: service, flows: 2, bytesPerFlow: 100_000_000 })
      const result = await transfer.result
      assert.is(result.bytes, 200_000_000)
      assert.ok(result.flows.every(({ congestion, bytes }) => congestion === name && bytes === 100_000_000))

      // The connections are open still.
      const { shown, dumped } = await shownAndDumped(name)
      assert.is(shown.name, name)
      assert.is(dumped.data['name'], name)
      assert.is(shown.map, map)
      assert.is(dumped.mapName, map)
      assert.is(shown.struct, 'tcp_congestion_ops')
      assert.is(shown.state, state)
      assert.is(dumped.state, `BPF_STRUCT_OPS_STATE_${state.toUpperCase()}`)
      assert.is(shown.registered, true)
      assert.is(shown.refcnt, dumped.refcnt)
      // Two flows have two ends each, one socket listens, and the registration itself counts as one.
      assert.is(shown.sockets, 5)
      assert.is(shown.refcnt, 6)
      for (const { member, program, programId } of shown.members) {
        assert.match(String(dumped.data[member]), new RegExp(` ${program}/prog_id:${programId}$`))
      }
      const filled = Object.values(dumped.data).filter((value) => String(value).includes('/prog_id:'))
      assert.is(shown.members.length, filled.length)

      for (const host of [bed.client, bed.server]) {
        const lines = await ss(host)
        assert.is(lines.length, 2)
        for (const line of lines) assert.match(line, new RegExp(`\\s${name}\\s.*\\bcwnd:\\d+`))
      }
      await bed.close()
      assert.is((await ccdk(['unregister', name, '--wait'])).exitCode, 0)
      assert.is((await subprocess).exitCode, 0)
      assert.not.ok(availableCongestion().includes(name))
    })
  })
}

test('list shows the same as show, and nothing of it once it has gone', async () => {
  const name = uniqueName()
  await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
  const { structOps: shown } = await documentOf<{ structOps: Shown & { pins: string[]; holders: unknown[]; older: unknown[] } }>(
    ccdk(['show', name, '--json']),
  )
  const { structOps: listed } = await documentOf<{ structOps: Shown[] }>(ccdk(['list', '--json']))
  const { pins, holders, older, ...rest } = shown
  assert.equal([pins, holders, older], [[], [], []])
  assert.equal(
    listed.find(({ mapId }) => mapId === shown.mapId),
    rest,
  )
  assert.match(
    (await ccdk(['list'])).stdout,
    new RegExp(`^${name} +tcp_congestion_ops +inuse +yes +1 +0 +${shown.mapId} +6$`, 'm'),
  )
  const text = (await ccdk(['show', name])).stdout
  assert.match(
    text,
    new RegExp(`^${name}\n  struct +tcp_congestion_ops\n  map +${shown.mapId} "cubic"\n  state +inuse\n`),
  )
  assert.match(text, /^ {2}cong_avoid +bpf_cubic_cong_avoid +\d+ +\d/m)
  await ccdk(['unregister', name])
  const after = await documentOf<{ structOps: Shown[] }>(ccdk(['list', '--json']))
  assert.is(
    after.structOps.find(({ mapId, registered }) => mapId === shown.mapId && registered),
    undefined,
  )
})

test.run()
