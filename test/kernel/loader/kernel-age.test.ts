/** What depends on the age of the kernel. It is run on kernels of several ages: see test/vm. */
import * as assert from 'uvu/assert'
import { UnsupportedKernelError } from '../../../src/errors/index.ts'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { attach, ATTACH_TYPE, type BpfObject, type Feature, isUnlinked, load, PROG_TYPE } from '../../../src/loader/index.ts'
import { isListed } from '../../../src/loader/load/listed.ts'
import { describeMap, register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture, structOpsOf } from '../support/algorithm.ts'
import { idOf, loadLinks } from '../support/links-object.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('the age of the kernel', [needs.root, needs.structOps, needs.clang])

const kernel = new LinuxTarget()
const has = (feature: Feature): boolean => kernel.hasFeature(feature) === 'yes'

/** Does what takes a newer kernel, and expects an error that names the release where this one is too old. */
function doneFrom(feature: Feature, since: string, work: () => void): void {
  if (has(feature)) {
    work()
    return
  }
  assert.throws(work, (error: unknown) => error instanceof UnsupportedKernelError && error.since === since && error.hint !== '')
}

/** Of the algorithms only those without links, which every kernel takes. */
async function openPlain(): Promise<BpfObject> {
  const object = await openFixture('several')
  structOpsOf(object, 'linked').autocreate = false
  return object
}

test('an object with "?" in the name of a section is loaded, and registered without a link', async () => {
  const object = await openPlain()
  await leavesNothing((target) => {
    using loaded = load(object, target)
    using registration = register(loaded, 'plain')
    assert.ok(availableCongestion().includes(registration.name ?? ''))
    const entry = describeMap(target, registration.mapId)
    assert.is(entry?.state, 'inuse')
    assert.ok((entry?.refcnt ?? 0) >= 1)
    assert.equal(entry?.members.map(({ member }) => member), ['ssthresh', 'cong_avoid', 'undo_cwnd'])
    registration.unregister()
    assert.is(describeMap(target, registration.mapId)?.registered, false)
  })
})

test('links of struct_ops are taken from 6.4 on', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    doneFrom('struct_ops_link', '6.4', () => {
      using loaded = load(object, target)
      using registration = register(loaded, 'linked')
      assert.ok((registration.linkId ?? 0) > 0)
    })
  })
})

test('programs of struct_ops may sleep from 6.3 on', async () => {
  const object = await openFixture('dummy_ops')
  const spec = structOpsOf(object, 'dummy')
  if (!has('struct_ops_sleepable')) {
    // The member is as new as what it is for, so that here another program is to sleep.
    spec.programs.delete([...spec.programs].find(([, name]) => name === 'test_sleepable')?.[0] ?? '')
    for (const { name, kind } of object.programs) if (name === 'test_1' && kind !== null) Object.assign(kind, { sleepable: true })
    for (const program of object.programs) if (program.name === 'test_sleepable') program.autoload = false
  }
  await leavesNothing((target) => {
    doneFrom('struct_ops_sleepable', '6.3', () => load(object, target)[Symbol.dispose]())
  })
})

test('programs are attached to an interface by a link from 6.6 on', async () => {
  const object = await openFixture('attach')
  for (const program of object.programs) program.autoload = program.name === 'on_tcx'
  await leavesNothing((target) => {
    using loaded = load(object, target)
    doneFrom('tcx_link', '6.6', () => attach(loaded, 'on_tcx', { interface: 1 })[Symbol.dispose]())
  })
})

test('programs are attached to a sockmap by a link from 6.10 on, and on any kernel without one', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['message'])
    const map = loaded.maps.get('sockets')?.handle
    assert.ok(map)
    doneFrom('sockmap_link', '6.10', () => attach(loaded, 'message', { map })[Symbol.dispose]())
    using attached = attach(loaded, 'message', { map, withoutLink: 'allowed' })
    assert.is(isUnlinked(attached), !has('sockmap_link'))
    const { programs } = target.attachedPrograms({ at: 'sockmap', map, attachType: ATTACH_TYPE.SK_MSG_VERDICT })
    assert.equal(programs.map(({ id }) => id), [idOf(loaded, 'message')])
  })
})

test('programs of netfilter are loaded from 6.4 on', async () => {
  await leavesNothing(async (target) => {
    const loading = async () => (await loadLinks(target, ['hook']))[Symbol.dispose]()
    if (isListed(target, 'bpf_prog_type', PROG_TYPE.NETFILTER)) return await loading()
    const refused = await loading().catch((error: unknown) => error)
    assert.ok(refused instanceof UnsupportedKernelError)
    assert.is(refused.message, 'this kernel has no programs of type BPF_PROG_TYPE_NETFILTER: it needs Linux 6.4 or later')
  })
})

test.run()
