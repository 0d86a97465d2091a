import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { attach, type CgroupOrder } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { loadLinks, programOf } from '../support/links-object.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('iterators with parameters', [needs.root, needs.structOps, needs.clang])

test('over the elements of one map', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['each_element'])
    const map = loaded.maps.get('counts')?.handle
    assert.ok(map)
    for (const key of [2, 5, 7]) loaded.map('counts').set(key, 1n)
    using link = attach(loaded, 'each_element', { parameters: { of: 'map', map } })
    assert.equal(target.runIterator(link).toSorted(), new Uint8Array(Buffer.from('cfh')))
    const info = target.objects.linkInfo(link)
    assert.ok(info.kind === 'iter')
    assert.equal([info.target, info.over], ['bpf_map_elem', { of: 'map', mapId: target.objects.mapInfo(map).id }])
    assert.throws(() => attach(loaded, 'each_element'), (error: unknown) => error instanceof SyscallError && error.errno === 'EBADF')
  })
})

test('over cgroups: one, those below and those above, parents first and last', async () => {
  const [, root = ''] = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8')) ?? []
  const parent = mkdtempSync(`${root}/ccdk-iter-`)
  const child = join(parent, 'child')
  mkdirSync(child)
  const file = openSync(parent, 'r')
  try {
    const [parentId, childId] = [parent, child].map((path) => BigInt(statSync(path).ino))
    await leavesNothing(async (target) => {
      using loaded = await loadLinks(target, ['each_cgroup'])
      const idsOf = (order: CgroupOrder, place: { file?: number; id?: bigint }) => {
        using link = attach(loaded, 'each_cgroup', { parameters: { of: 'cgroup', order, ...place } })
        const info = target.objects.linkInfo(link)
        assert.ok(info.kind === 'iter')
        assert.equal(info.over, { of: 'cgroup', cgroupId: place.id ?? parentId, order })
        const bytes = target.runIterator(link)
        return [...new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))]
      }
      assert.equal(idsOf('self', { file }), [parentId])
      assert.equal(idsOf('descendants_pre', { file }), [parentId, childId])
      assert.equal(idsOf('descendants_post', { file }), [childId, parentId])
      assert.equal(idsOf('ancestors_up', { id: childId ?? 0n }).slice(0, 2), [childId, parentId])
    })
  } finally {
    closeSync(file)
    rmdirSync(child)
    rmdirSync(parent)
  }
})

test('over threads: one, those of a process, and all', async () => {
  await leavesNothing(async (target) => {
    using loaded = await loadLinks(target, ['each_task'])
    const numbersOf = (options: Parameters<typeof attach>[2]) => {
      using link = attach(loaded, 'each_task', options)
      const bytes = target.runIterator(link)
      const info = target.objects.linkInfo(link)
      assert.ok(info.kind === 'iter')
      return { over: info.over, numbers: [...new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))] }
    }
    const { pid } = process
    const threads = readdirSync('/proc/self/task').map(Number).toSorted((left, right) => left - right)
    assert.equal(numbersOf({ parameters: { of: 'task', tid: pid } }), { over: { of: 'task', tid: pid, pid: 0 }, numbers: [pid] })
    assert.equal(numbersOf({ parameters: { of: 'task', pid } }), { over: { of: 'task', tid: 0, pid }, numbers: threads })
    const all = numbersOf({})
    assert.equal(all.over, { of: 'all' })
    assert.ok([pid, process.ppid].every((number) => all.numbers.includes(number)))
    // The bytes of a union bpf_iter_link_info do as well.
    assert.equal(numbersOf({ parameters: new Uint8Array(Uint32Array.of(pid, 0, 0).buffer) }).numbers, [pid])
  })
})

test('a pinned iterator is read with cat, also when nobody has it open', async () => {
  await using bpffs = await mountBpffs()
  await leavesNothing(async (target) => {
    const pin = join(bpffs.path, 'tasks')
    {
      using loaded = await loadLinks(target, ['each_line', 'each_task'])
      using link = attach(loaded, 'each_line')
      target.pin(link, pin)
      // What it runs may be replaced, as that of other links.
      target.updateLink(link, programOf(loaded, 'each_task'), programOf(loaded, 'each_line'))
      target.updateLink(link, programOf(loaded, 'each_line'))
    }
    assert.match(execFileSync('cat', [pin], { encoding: 'utf8' }), /^(task\n)+$/)
    {
      using again = target.openPinned(pin)
      const info = target.objects.linkInfo(again)
      assert.equal(info.kind === 'iter' && [info.target, info.over], ['task', { of: 'all' }])
      assert.match(Buffer.from(target.runIterator(again)).toString(), /^(task\n)+$/)
    }
    target.unpin(pin)
  })
})

test.after(() => assert.equal(openFds(), []))

test.run()
