import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, ATTACH_FLAG, ATTACH_TYPE } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { idOf, loadLinks, orderOf, programOf } from '../support/links-object.ts'
import { enterOwnNetwork } from '../support/own-network.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('the order of programs at one place, and their replacement', [needs.root, needs.structOps, needs.clang, needs.iproute2])

const { here, there, send } = enterOwnNetwork()

const errno =
  (name: string, hint = /./) =>
  (error: unknown): boolean =>
    error instanceof SyscallError && error.errno === name && hint.test(error.hint)

const egress = { at: 'interface', interface: here, attachType: ATTACH_TYPE.TCX_EGRESS } as const

test('programs of an interface run in the order in which they were put beside each other', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'tc_three'])
    const place = { interface: here, direction: 'egress' } as const
    using one = attach(loaded, 'tc_one', place)
    assert.is(await orderOf(loaded, () => send(1)), 1)
    using two = attach(loaded, 'tc_two', { ...place, order: { where: 'before' } })
    assert.is(await orderOf(loaded, () => send(1)), 21)
    {
      using _ = attach(loaded, 'tc_three', { interface: here, order: { where: 'before', of: { kind: 'link', is: one } } })
      assert.is(await orderOf(loaded, () => send(1)), 231)
      const { programs } = target.attachedPrograms(egress)
      assert.equal(programs.map(({ id }) => id), ['tc_two', 'tc_three', 'tc_one'].map((name) => idOf(loaded, name)))
      assert.equal([programs[0], programs[2]].map((program) => program?.link), [two, one].map((link) => target.objects.linkInfo(link).id))
    }
    {
      const after = { where: 'after', of: { kind: 'program', is: idOf(loaded, 'tc_two') } } as const
      using _ = attach(loaded, 'tc_three', { interface: here, order: after })
      assert.is(await orderOf(loaded, () => send(1)), 231)
    }
  })
})

test('an attachment that expects a revision is refused once something has changed', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two'])
    const place = { interface: here, direction: 'egress' } as const
    const expectedRevision = target.attachedPrograms(egress).revision
    using _ = attach(loaded, 'tc_one', { ...place, order: { expectedRevision } })
    assert.throws(() => attach(loaded, 'tc_two', { ...place, order: { expectedRevision } }), errno('ESTALE', /revision/))
  })
})

test('the program of a link is replaced at once, if it is the one that is expected', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['tc_one', 'tc_two', 'xdp_one', 'xdp_two', 'lookup_one', 'lookup_two'])
    const namespace = openSync('/proc/thread-self/ns/net', 'r')
    try {
      const cases = [
        ['tc_one', 'tc_two', () => attach(loaded, 'tc_one', { interface: there, direction: 'ingress' })],
        ['xdp_one', 'xdp_two', () => attach(loaded, 'xdp_one', { interface: there })],
        ['lookup_one', 'lookup_two', () => attach(loaded, 'lookup_one', { file: namespace })],
      ] as const
      for (const [first, second, make] of cases) {
        using link = make()
        assert.is(target.objects.linkInfo(link).programId, idOf(loaded, first))
        assert.throws(() => target.updateLink(link, programOf(loaded, second), programOf(loaded, second)), errno('EPERM', /another program/), first)
        if (first !== 'lookup_one') assert.is(await orderOf(loaded, () => send(1)), 1, first)
        target.updateLink(link, programOf(loaded, second), programOf(loaded, first))
        assert.is(target.objects.linkInfo(link).programId, idOf(loaded, second))
        if (first !== 'lookup_one') assert.is(await orderOf(loaded, () => send(1)), 2, first)
        target.updateLink(link, programOf(loaded, first))
        assert.is(target.objects.linkInfo(link).programId, idOf(loaded, first))
        target.detachLink(link)
        assert.throws(() => target.updateLink(link, programOf(loaded, second)), errno('ENOLINK', /detached/), first)
        if (first !== 'lookup_one') assert.is(await orderOf(loaded, () => send(1)), 0, first)
      }
    } finally {
      closeSync(namespace)
    }
  })
})

test('a program of netfilter sees the packets of its hook', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['hook'])
    // ABI: NFPROTO_IPV4, and NF_INET_LOCAL_OUT and NF_INET_LOCAL_IN, linux/netfilter.h.
    const hookOf = (hook: number) => attach(loaded, 'hook', { netfilter: { family: 2, hook, priority: -12 } })
    {
      using link = hookOf(3)
      assert.is(await orderOf(loaded, () => send(1)), 7)
      target.detachLink(link)
      assert.is(await orderOf(loaded, () => send(1)), 0)
    }
    using link = hookOf(1)
    assert.is(target.objects.linkInfo(link).kind, 'netfilter')
    assert.is(await orderOf(loaded, () => send(1)), 0)
  })
})

const [, cgroups = ''] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
const [, ownCgroup = '/'] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? []

test('programs of a cgroup run in order, and are replaced', async () => {
  const directory = `${cgroups}/ccdk-order-${process.pid}`
  mkdirSync(directory)
  const file = openSync(directory, 'r')
  try {
    writeFileSync(`${directory}/cgroup.procs`, String(process.pid))
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['cgroup_one', 'cgroup_two'])
      using one = attach(loaded, 'cgroup_one', { file })
      const info = target.objects.linkInfo(one)
      assert.ok(info.kind === 'cgroup')
      assert.equal([info.cgroupId, info.attachType], [BigInt(statSync(directory).ino), ATTACH_TYPE.CGROUP_INET_EGRESS])
      {
        using _ = attach(loaded, 'cgroup_two', { file, direction: 'egress', order: { where: 'before' } })
        assert.is(await orderOf(loaded, () => send(1)), 21)
      }
      target.updateLink(one, programOf(loaded, 'cgroup_two'), programOf(loaded, 'cgroup_one'))
      assert.is(await orderOf(loaded, () => send(1)), 2)
      const { programs } = target.attachedPrograms({ at: 'cgroup', file, attachType: ATTACH_TYPE.CGROUP_INET_EGRESS })
      assert.equal(programs.map(({ id }) => id), [idOf(loaded, 'cgroup_two')])
    })
  } finally {
    writeFileSync(`${cgroups}${ownCgroup}/cgroup.procs`, String(process.pid))
    closeSync(file)
    rmdirSync(directory)
  }
})

test('a program of a cgroup runs after those of the cgroups below, or before them', async () => {
  const directory = `${cgroups}/ccdk-preorder-${process.pid}`
  const child = `${directory}/child`
  mkdirSync(child, { recursive: true })
  const [above, below] = [directory, child].map((path) => openSync(path, 'r'))
  try {
    writeFileSync(`${child}/cgroup.procs`, String(process.pid))
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['cgroup_one', 'cgroup_two'])
      using two = attach(loaded, 'cgroup_two', { file: below ?? -1, direction: 'egress' })
      assert.is(target.objects.linkInfo(two).kind, 'cgroup')
      {
        using _ = attach(loaded, 'cgroup_one', { file: above ?? -1 })
        assert.is(await orderOf(loaded, () => send(1)), 21)
      }
      using one = attach(loaded, 'cgroup_one', { file: above ?? -1, withoutLink: 'always', flags: ATTACH_FLAG.ALLOW_MULTI, order: { preorder: true } })
      assert.is(await orderOf(loaded, () => send(1)), 12)
      using again = await loadLinks(target, ['cgroup_one'])
      one.replace(programOf(again, 'cgroup_one'))
      const { programs } = target.attachedPrograms({ at: 'cgroup', file: below ?? -1, attachType: ATTACH_TYPE.CGROUP_INET_EGRESS, effective: true })
      assert.equal(programs.map(({ id }) => id), [idOf(again, 'cgroup_one'), idOf(loaded, 'cgroup_two')])
    })
  } finally {
    writeFileSync(`${cgroups}${ownCgroup}/cgroup.procs`, String(process.pid))
    for (const file of [above, below]) closeSync(file ?? -1)
    rmdirSync(child)
    rmdirSync(directory)
  }
})

test.after(() => assert.equal(openFds(), []))

test.run()
