import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { ccdk, documentOf } from '../../support/ccdk.ts'
import type { Registered } from '../../support/ccdk-documents.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { uniqueName } from '../support/algorithm.ts'
import { dumpStructOps, bpftool } from '../support/bpftool.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('--set', [needs.root, needs.structOps, needs.clang, needs.bpftool])

const settings = ['--set', 'versions_plain.flags=1', '--set', 'initial_cwnd=23', '--set', 'tuning.inner.steps[1]=-5']

test('check and --dry-run see the values', async () => {
  const file = await compileFixture('versions')
  const checked = await ccdk(['check', file, '--set', 'versions.flags=1'])
  assert.match(checked.stdout, /^✓ +flags +112 +132 +4 +int +1$/m)
  const wrong = await ccdk(['check', file, '--set', 'versions.flags=x'])
  assert.is(wrong.exitCode, 2)
  assert.match(wrong.stderr, 'versions.flags: u32 takes 0 to 4294967295, not "x"')
  const dry = await ccdk(['register', file, '--dry-run', '--set', 'tuning.nothing=1'])
  assert.is(dry.exitCode, 2)
  assert.match(dry.stderr, 'tuning.nothing: there is no such member')
})

interface Section {
  value: Record<string, unknown>[]
}

test('register brings them to the kernel, as bpftool sees them', async () => {
  const file = await compileFixture('versions')
  const name = uniqueName()
  await assertGone([name], async () => {
    const { registered } = await documentOf<Registered>(
      ccdk(['register', file, '--only', 'versions_plain', '--name', name, ...settings, '--json']),
    )
    const [{ mapId } = { mapId: 0 }] = registered
    assert.is((await dumpStructOps(mapId)).data['flags'], 1)
    const ids = mapsOfPrograms(mapId)
    const values = (await Promise.all(ids.map((id) => bpftool<{ formatted?: Section }[]>('map', 'dump', 'id', String(id)))))
      .map((entries) => JSON.stringify(entries))
      .join('\n')
    assert.match(values, '"initial_cwnd":23')
    assert.match(values, /"steps":\[0,-5,0,0\]/)
    await ccdk(['unregister', name])
  })
})

/** Data maps came just before the struct_ops map, from the same object. */
function mapsOfPrograms(mapId: number): number[] {
  using target = new LinuxTarget()
  return [...target.objects.ids('map')].filter((id) => {
    using map = target.objects.map(id)
    return map !== undefined && id < mapId && id > mapId - 12 && target.objects.mapInfo(map).name.startsWith('versions.')
  })
}

test.run()
