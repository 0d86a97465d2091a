import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { Interfaces, openFds, TrafficControl } from '../../../src/kernel/index.ts'
import { attach, ATTACH_FLAG, ATTACH_TYPE, type AttachOptions, type LoadedObject, type Unlinked } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { idOf, loadLinks, orderOf, programOf } from '../support/links-object.ts'
import { enterOwnNetwork } from '../support/own-network.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('attaching without a link', [needs.root, needs.structOps, needs.clang, needs.iproute2, needs.bpftool])
const withTcx = suite('attaching without a link', [needs.root, needs.structOps, needs.clang, needs.iproute2, needs.bpftool, needs.tcx])

/** Where the process was before. */
const outside = openSync('/proc/thread-self/ns/net', 'r')
const { here, there, send } = enterOwnNetwork()

const always = { withoutLink: 'always' } as const

const unlinked = (loaded: LoadedObject, name: string, options: AttachOptions): Unlinked => attach(loaded, name, { ...options, ...always })

/** What tc says of the filters of an interface: `pref 49152 bpf … id 12`. */
const filters = (direction: string): string => execFileSync('tc', ['filter', 'show', 'dev', 'here', direction], { encoding: 'utf8' })
const qdiscs = (): string => execFileSync('tc', ['qdisc', 'show', 'dev', 'here'], { encoding: 'utf8' })

test('a filter of an interface runs, is replaced, and goes with the qdisc that was made for it', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'tc_three'])
    {
      using filter = unlinked(loaded, 'tc_one', { interface: here, direction: 'egress', filter: { priority: 7, handle: 3 } })
      assert.is(filter.way, 'filter')
      assert.is(await orderOf(loaded, () => send(1)), 1)
      assert.match(filters('egress'), new RegExp(`pref 7 bpf .*handle 0x3 tc_one direct-action .*id ${idOf(loaded, 'tc_one')} `))
      {
        // The kernel gives it the lowest priority but that of those that are there.
        using three = unlinked(loaded, 'tc_three', { interface: here })
        assert.is(await orderOf(loaded, () => send(1)), 13)
        using tc = new TrafficControl()
        const listed = tc.filters(here, 'egress').map(({ programId, priority, handle }) => ({ programId, priority, handle }))
        assert.equal(listed, [
          { programId: idOf(loaded, 'tc_one'), priority: 7, handle: 3 },
          { programId: idOf(loaded, 'tc_three'), ...three.filter },
        ])
      }
      {
        using _ = unlinked(loaded, 'tc_two', { interface: here, direction: 'ingress' })
        assert.match(filters('ingress'), /tc_two direct-action/)
      }
      assert.not.match(filters('egress'), /tc_three/)
      filter.replace(programOf(loaded, 'tc_two'))
      assert.is(await orderOf(loaded, () => send(1)), 2)
      assert.match(filters('egress'), new RegExp(`pref 7 bpf .*handle 0x3 .*id ${idOf(loaded, 'tc_two')} `))
      assert.throws(
        () => unlinked(loaded, 'tc_one', { interface: here, direction: 'egress', filter: { priority: 7, handle: 3 } }),
        (error: unknown) => error instanceof SyscallError && error.errno === 'EEXIST' && /priority and handle/.test(error.hint),
      )
    }
    assert.is(await orderOf(loaded, () => send(1)), 0)
    assert.not.match(qdiscs(), /clsact/)
  })
})

test('a filter that is left stays, and a filter of somebody else keeps the qdisc', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two'])
    unlinked(loaded, 'tc_one', { interface: here, direction: 'egress' }).leave()
    assert.is(await orderOf(loaded, () => send(1)), 1)
    execFileSync('tc', ['qdisc', 'del', 'dev', 'here', 'clsact'])
    {
      using _ = unlinked(loaded, 'tc_two', { interface: here, direction: 'egress' })
      execFileSync('tc', 'filter add dev here egress u32 match u32 0 0'.split(' '))
    }
    // Ours is gone, and with it no other.
    assert.not.match(filters('egress'), /tc_two/)
    assert.match(filters('egress'), /u32/)
    execFileSync('tc', ['qdisc', 'del', 'dev', 'here', 'clsact'])
    const gone = unlinked(loaded, 'tc_two', { interface: here, direction: 'egress' })
    execFileSync('tc', ['qdisc', 'del', 'dev', 'here', 'clsact'])
    gone[Symbol.dispose]()
  })
})

test('what somebody else has put in its place is not taken away', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'xdp_one'])
    using tc = new TrafficControl()
    {
      using one = unlinked(loaded, 'tc_one', { interface: here, direction: 'egress' })
      assert.ok(one.filter)
      const { number } = programOf(loaded, 'tc_two')
      tc.putFilter({ interface: here, direction: 'egress', ...one.filter }, { number, name: 'theirs' }, true)
    }
    assert.equal(tc.filters(here, 'egress').map(({ name, programId }) => [name, programId]), [['theirs', idOf(loaded, 'tc_two')]])
    tc.deleteClsact(here)
    const xdp = unlinked(loaded, 'xdp_one', { interface: there })
    execFileSync('ip', ['link', 'set', 'there', 'xdp', 'off'])
    xdp[Symbol.dispose]()
  })
})

withTcx('an interface that goes takes its programs with it', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'xdp_one'])
    execFileSync('ip', 'link add going type veth peer name gone'.split(' '))
    using interfaces = new Interfaces()
    const index = interfaces.list().find(({ name }) => name === 'going')?.index ?? 0
    const filter = unlinked(loaded, 'tc_one', { interface: index, direction: 'egress' })
    const xdp = unlinked(loaded, 'xdp_one', { interface: index })
    const tcx = target.attachUnlinked(programOf(loaded, 'tc_two'), { way: 'tcx', interface: index, attachType: ATTACH_TYPE.TCX_EGRESS })
    using link = attach(loaded, 'tc_two', { interface: index, direction: 'ingress' })
    execFileSync('ip', 'link delete going'.split(' '))
    for (const attached of [filter, xdp, tcx]) attached[Symbol.dispose]()
    const info = target.objects.linkInfo(link)
    assert.is(info.kind === 'tcx' && info.interface, 0)
  })
})

test('an XDP program is set by netlink, once, and replaced only by who set it', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['xdp_one', 'xdp_two'])
    const shown = () => execFileSync('ip', ['link', 'show', 'there'], { encoding: 'utf8' })
    {
      using xdp = unlinked(loaded, 'xdp_one', { interface: there })
      assert.is(await orderOf(loaded, () => send(1)), 1)
      assert.match(shown(), new RegExp(`prog/xdp id ${idOf(loaded, 'xdp_one')} `))
      assert.throws(() => unlinked(loaded, 'xdp_two', { interface: there }), /EBUSY/)
      xdp.replace(programOf(loaded, 'xdp_two'))
      assert.match(shown(), new RegExp(`prog/xdp id ${idOf(loaded, 'xdp_two')} `))
      assert.is(await orderOf(loaded, () => send(1)), 2)
    }
    assert.not.match(shown(), /prog\/xdp/)
    const left = unlinked(loaded, 'xdp_one', { interface: there, flags: 2 })
    left.leave()
    assert.match(shown(), /prog\/xdp/)
    execFileSync('ip', ['link', 'set', 'there', 'xdpgeneric', 'off'])
  })
})

withTcx('a program is attached to the place of links of an interface without one', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'tc_three'])
    const place = { interface: here, attachType: ATTACH_TYPE.TCX_EGRESS } as const
    using one = target.attachUnlinked(programOf(loaded, 'tc_one'), { way: 'tcx', ...place })
    using two = target.attachUnlinked(programOf(loaded, 'tc_two'), { way: 'tcx', ...place, order: { where: 'before' } })
    assert.equal([one.way, two.way], ['tcx', 'tcx'])
    assert.is(await orderOf(loaded, () => send(1)), 21)
    one.replace(programOf(loaded, 'tc_three'))
    assert.is(await orderOf(loaded, () => send(1)), 23)
    const { programs, revision } = target.attachedPrograms({ at: 'interface', ...place })
    assert.equal(programs, ['tc_two', 'tc_three'].map((name) => ({ id: idOf(loaded, name), link: 0 })))
    assert.ok(revision > 0n)
  })
})

test('programs of a cgroup: one that may be overridden, several, the place of one taken by another', async () => {
  const [, root = ''] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
  const directory = mkdtempSync(`${root}/ccdk-unlinked-`)
  const child = join(directory, 'child')
  mkdirSync(child)
  const file = openSync(directory, 'r')
  const below = openSync(child, 'r')
  try {
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['cgroup_one', 'cgroup_two'])
      const place = { at: 'cgroup', file, attachType: ATTACH_TYPE.CGROUP_INET_EGRESS } as const
      {
        using _ = unlinked(loaded, 'cgroup_one', { file, flags: ATTACH_FLAG.ALLOW_OVERRIDE })
        assert.equal(target.attachedPrograms(place), { programs: [{ id: idOf(loaded, 'cgroup_one'), link: 0 }], flags: ATTACH_FLAG.ALLOW_OVERRIDE, revision: target.attachedPrograms(place).revision })
        const effective = () => target.attachedPrograms({ ...place, file: below, effective: true }).programs.map(({ id }) => id)
        assert.equal(effective(), [idOf(loaded, 'cgroup_one')])
        using two = unlinked(loaded, 'cgroup_two', { file: below, direction: 'egress' })
        assert.is(two.way, 'cgroup')
        assert.equal(effective(), [idOf(loaded, 'cgroup_two')])
      }
      {
        using one = unlinked(loaded, 'cgroup_one', { file, flags: ATTACH_FLAG.ALLOW_MULTI })
        one.replace(programOf(loaded, 'cgroup_two'))
        assert.equal(target.attachedPrograms(place).programs.map(({ id }) => id), [idOf(loaded, 'cgroup_two')])
        using _ = unlinked(loaded, 'cgroup_one', { file, flags: ATTACH_FLAG.ALLOW_MULTI })
        assert.equal(target.attachedPrograms(place).programs.map(({ id }) => id), ['cgroup_two', 'cgroup_one'].map((name) => idOf(loaded, name)))
        const shown = execFileSync('bpftool', ['-j', 'cgroup', 'show', directory], { encoding: 'utf8' })
        const listed: { id: number; attach_flags: string }[] = JSON.parse(shown)
        assert.equal(listed.map(({ id, attach_flags }) => [id, attach_flags]), ['cgroup_two', 'cgroup_one'].map((name) => [idOf(loaded, name), 'multi']))
      }
      assert.equal(target.attachedPrograms(place).programs, [])
      {
        // There is room for one, and somebody else's takes it.
        const ours = unlinked(loaded, 'cgroup_one', { file })
        using _ = unlinked(loaded, 'cgroup_two', { file, direction: 'egress' })
        ours[Symbol.dispose]()
        assert.equal(target.attachedPrograms(place).programs.map(({ id }) => id), [idOf(loaded, 'cgroup_two')])
      }
      assert.equal(target.attachedPrograms(place).programs, [])
    })
  } finally {
    closeSync(file)
    closeSync(below)
    rmdirSync(child)
    rmdirSync(directory)
  }
})

test('a flow dissector is attached to the own namespace, by a link or without', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['dissect'])
    const file = openSync('/proc/thread-self/ns/net', 'r')
    try {
      const place = { at: 'netns', file, attachType: ATTACH_TYPE.FLOW_DISSECTOR } as const
      for (const options of [{ file }, { file, ...always }]) {
        using _: Disposable = attach(loaded, 'dissect', { withoutLink: 'allowed', ...options })
        assert.equal(target.attachedPrograms(place).programs.map(({ id }) => id), [idOf(loaded, 'dissect')])
      }
      assert.equal(target.attachedPrograms(place).programs, [])
      assert.throws(() => unlinked(loaded, 'dissect', { file: outside }), (error: unknown) => error instanceof UsageError && /own network namespace/.test(error.message))
    } finally {
      closeSync(file)
    }
  })
})

test('what is attached elsewhere says where', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['xdp_devmap', 'on_route'])
    assert.throws(() => attach(loaded, 'xdp_devmap'), (error: unknown) => error instanceof UsageError && /element of a devmap/.test(error.hint))
    assert.throws(() => attach(loaded, 'on_route'), (error: unknown) => error instanceof UsageError && /ip route add … encap bpf xmit/.test(error.hint))
  })
})

test.after(() => {
  closeSync(outside)
  assert.equal(openFds(), [])
})

withTcx.run()
test.run()
