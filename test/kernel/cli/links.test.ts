import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { ccdk, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import type { Registered, Unregistered } from '../../support/ccdk-documents.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { told } from '../../support/told.ts'
import { until } from '../../support/until.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { assertGone } from '../support/gone.ts'
import { mountBpffs } from '../support/bpffs.ts'

const test = suite('ccdk register of links', [needs.root, needs.structOps])

const isAvailable = (name: string): boolean => availableCongestion().includes(name)

test('with a pin a link stays, and goes with the pin: by name', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  const directory = join(bpffs.path, 'a/b')
  const pin = join(directory, 'bpf_reno')
  await assertGone([name], async () => {
    const ran = await ccdk(['register', exampleFile('bpf_reno'), '--name', name, '--pin', directory])
    assert.is(ran.exitCode, 0)
    assert.match(ran.stdout, `pinned at ${pin}`)
    assert.ok(isAvailable(name) && existsSync(pin))
    const done = await ccdk(['unregister', name])
    assert.is(done.exitCode, 0)
    assert.match(done.stdout, `removed the pin ${pin}`)
    assert.not.ok(isAvailable(name) || existsSync(pin))
  })
})

test('with a pin a link stays, and goes with the pin: by path, from where the person stands', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', exampleFile('bpf_reno'), '--name', name, '--pin', '.'], { cwd: bpffs.path })
    const pin = join(bpffs.path, 'bpf_reno')
    assert.ok(isAvailable(name) && existsSync(pin))
    // A second one of that pin gets nothing registered.
    const second = uniqueName()
    const refused = await ccdk(['register', exampleFile('bpf_reno'), '--name', second, '--pin', bpffs.path, '--json'])
    assert.is(refused.exitCode, 1)
    assert.is(errorOf(refused).errno, 'EEXIST')
    assert.not.ok(isAvailable(second))
    const shown = await ccdk(['show', './bpf_reno'], { cwd: bpffs.path })
    assert.match(shown.stdout, `pinned      ${pin}`)
    const { unregistered, pinsRemoved } = await documentOf<Unregistered>(
      ccdk(['unregister', './bpf_reno', '--json'], { cwd: bpffs.path }),
    )
    assert.is(unregistered[0]?.name, name)
    assert.equal(pinsRemoved, [pin])
    assert.not.ok(isAvailable(name) || existsSync(pin))
  })
})

test('the pin of a link that somebody has detached can still be removed', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  const pin = join(bpffs.path, 'bpf_reno')
  const { registered } = await documentOf<Registered>(
    ccdk(['register', exampleFile('bpf_reno'), '--name', name, '--pin', bpffs.path, '--json']),
  )
  using target = new LinuxTarget()
  {
    using link = target.objects.link(registered[0]?.linkId ?? 0)
    assert.ok(link)
    target.detachLink(link)
  }
  const shown = await ccdk(['show', pin])
  assert.is(shown.exitCode, 2)
  assert.match(shown.stderr, `remove it: ccdk unregister ${pin}`)
  const { unregistered, pinsRemoved } = await documentOf<Unregistered>(ccdk(['unregister', pin, '--json']))
  assert.equal(unregistered, [])
  assert.equal(pinsRemoved, [pin])
  assert.not.ok(existsSync(pin))
})

test('a pin under /sys/fs/bpf mounts the BPF file system there when it is not mounted, and says so', async () => {
  const name = uniqueName()
  await assertGone([name], async () => {
    const main = join(import.meta.dirname, '../../../cli/main.ts')
    const register = `"$0" ${main} register ${exampleFile('bpf_reno')} --name ${name} --pin /sys/fs/bpf/ccdk`
    // In a mount namespace of its own, so that the machine's stays as it is. With it the pin goes too.
    const script = `umount /sys/fs/bpf 2>/dev/null; ${register} && ls /sys/fs/bpf/ccdk`
    const { stdout, stderr } = await execa('unshare', ['--mount', 'sh', '-c', script, process.execPath])
    assert.match(stdout, /pinned at \/sys\/fs\/bpf\/ccdk\/bpf_reno\n.*\nbpf_reno$/)
    assert.match(stderr, 'mounted the BPF file system at /sys/fs/bpf')
    await until(() => !isAvailable(name), 'the pin is gone with its file system')
  })
})

test('a BPF file system that is mounted twice has each pin once', async () => {
  await using bpffs = await mountBpffs()
  using second = temporaryDirectory()
  await execa('mount', ['--bind', bpffs.path, second.path])
  try {
    const name = uniqueName()
    await assertGone([name], async () => {
      await ccdk(['register', exampleFile('bpf_reno'), '--name', name, '--pin', bpffs.path])
      const { exitCode, stderr } = await ccdk(['unregister', name])
      assert.is(exitCode, 0, stderr)
      assert.not.ok(existsSync(join(bpffs.path, 'bpf_reno')))
    })
  } finally {
    await execa('umount', [second.path])
  }
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`without a pin the command stays, and unregisters at ${signal}`, async () => {
    const name = uniqueName()
    await assertGone([name], async (look) => {
      const { subprocess, pid } = startCcdk(['register', exampleFile('bpf_reno'), '--name', name])
      await told(subprocess, 'to take it away: Ctrl-C', 'stdout')
      assert.ok(isAvailable(name))
      look()
      process.kill(pid, signal)
      const { exitCode, stdout, stderr } = await subprocess
      assert.is(exitCode, code)
      assert.match(stdout, 'which this process holds')
      assert.match(stdout, 'to take it away: Ctrl-C, or ccdk unregister')
      assert.match(stderr, `${name}: unregistered`)
      assert.not.ok(isAvailable(name))
    })
  })
}

test('killed, it leaves no link behind', async () => {
  const name = uniqueName()
  await assertGone([name], async (look) => {
    const { subprocess, pid } = startCcdk(['register', exampleFile('bpf_reno'), '--name', name])
    await until(() => isAvailable(name), `${name} is registered`)
    look()
    process.kill(pid, 'SIGKILL')
    await subprocess
    await until(() => !isAvailable(name), `${name} is gone`)
  })
})

test('it ends when somebody else unregisters what it holds', async () => {
  const name = uniqueName()
  await assertGone([name], async (look) => {
    const { subprocess } = startCcdk(['register', exampleFile('bpf_reno'), '--name', name, '--json'])
    await until(() => isAvailable(name), `${name} is registered`)
    look()
    assert.is((await ccdk(['unregister', name])).exitCode, 0)
    const { exitCode, signal, stdout, stderr } = await subprocess
    assert.is(exitCode, 0)
    const document = await documentOf<Registered>({ exitCode, signal, stdout, stderr })
    assert.is(document.registered[0]?.name, name)
  })
})

test.run()
