import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps, type StructOpsEntry } from '../../../src/structops/index.ts'
import { ccdk, ccdkUnprivileged, startCcdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('ccdk dev', [needs.root, needs.structOps, needs.clang])

interface Event {
  event: 'placed' | 'failed'
  registered?: { name: string; mapId: number; linkId: number }[]
  switched?: { name: string; from: { mapId: number }; to: { mapId: number }; linkId: number }[]
  withdrawn?: string[]
  notes?: string[]
  ms?: { fromSave: number | null; build: number; load: number }
  error?: { code: string; message: string; hint: string | null }
  kept?: { name: string; mapId: number }[]
}

/** A source of its own that a person works on, with a header beside it. */
function workOn(name: string) {
  const directory = temporaryDirectory()
  const source = join(directory.path, 'mine.bpf.c')
  const header = join(directory.path, 'mine.h')
  const text = readFileSync(exampleFile('bpf_reno').replace(/o$/, 'c'), 'utf8').replace('"bpf_reno"', `"${name}"`)
  writeFileSync(source, `#include "mine.h"\n${text}`)
  writeFileSync(header, '#define FIRST 1\n')
  return {
    source,
    header,
    text: () => readFileSync(source, 'utf8'),
    edit: (from: string, to: string) => {
      const before = readFileSync(source, 'utf8')
      assert.ok(before.includes(from), from)
      writeFileSync(source, before.replace(from, to))
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

/** Starts the command, and gives what it says of each version. */
function startDev(source: string, ...options: string[]) {
  const { subprocess, pid } = startCcdk(['dev', source, '--json', ...options])
  const lines = createInterface({ input: subprocess.stdout })[Symbol.asyncIterator]()
  return {
    pid,
    next: async (): Promise<Event> => {
      const { value, done } = await lines.next()
      assert.not.ok(done, 'it goes on')
      const event: Event = JSON.parse(String(value))
      return event
    },
    end: async (signal: NodeJS.Signals) => {
      process.kill(pid, signal)
      return await subprocess
    },
    /** So that a test which fails leaves nothing that goes on. */
    [Symbol.dispose]: () => subprocess.kill('SIGKILL'),
  }
}

function entryOf(name: string): StructOpsEntry | undefined {
  using target = new LinuxTarget()
  return listStructOps(target).find((entry) => entry.registered && entry.name === name)
}

test('each save puts a new version in place of the one before, and all goes with the command', async () => {
  const name = uniqueName()
  using work = workOn(name)
  await assertGone([name], async () => {
    using dev = startDev(work.source)
    const first = await dev.next()
    const [registered] = first.registered ?? []
    assert.is(registered?.name, name)
    assert.is(first.ms?.fromSave, null)
    assert.is(entryOf(name)?.mapId, registered?.mapId)

    writeFileSync(work.source, `${work.text()}\n`)
    const second = await dev.next()
    const [switched] = second.switched ?? []
    assert.equal([switched?.from.mapId, switched?.linkId], [registered?.mapId, registered?.linkId])
    assert.is(entryOf(name)?.mapId, switched?.to.mapId)
    const { fromSave, build, load } = second.ms ?? { fromSave: null, build: 0, load: 0 }
    assert.ok(fromSave !== null && fromSave >= build + load, `${fromSave} ${build} ${load}`)

    // A header that it includes counts as well.
    writeFileSync(work.header, '#define FIRST 2\n')
    const third = await dev.next()
    assert.is(third.switched?.[0]?.from.mapId, switched?.to.mapId)
    const { exitCode, stderr } = await dev.end('SIGINT')
    assert.equal([exitCode, stderr], [130, ''])
  })
})

test('what does not build or fit, and what the verifier refuses, leaves the last good version', async () => {
  const name = uniqueName()
  using work = workOn(name)
  const good = work.text()
  await assertGone([name], async () => {
    using dev = startDev(work.source)
    const mapId = (await dev.next()).registered?.[0]?.mapId
    const refuse = async (text: string): Promise<string | undefined> => {
      writeFileSync(work.source, text)
      const { event, error, kept } = await dev.next()
      assert.is(event, 'failed')
      assert.equal(kept, [{ name, mapId }])
      assert.is(entryOf(name)?.mapId, mapId)
      return error?.code
    }
    assert.is(await refuse(`${good}\nno C`), 'compile')
    assert.is(await refuse('#include "missing.h"\n'), 'compile')
    assert.is(await refuse('int one;\n'), 'usage')
    const halved = 'return max(tcp_sk(sk)->snd_cwnd * beta_percent / 100, 2U)'
    assert.ok(good.includes(halved))
    assert.is(await refuse(good.replace(halved, 'return *(volatile u32 *)(long)max(tcp_sk(sk)->snd_cwnd, 2U)')), 'verifier')
    // And then all is well again.
    writeFileSync(work.source, good)
    assert.is((await dev.next()).switched?.[0]?.from.mapId, mapId)
    await dev.end('SIGTERM')
  })
})

test('it waits for a first version that is good', async () => {
  const name = uniqueName()
  using work = workOn(name)
  const good = work.text()
  await assertGone([name], async (look) => {
    writeFileSync(work.source, 'no C')
    using dev = startDev(work.source)
    const { event, kept } = await dev.next()
    assert.equal([event, kept], ['failed', []])
    writeFileSync(work.source, good)
    assert.is((await dev.next()).registered?.[0]?.name, name)
    look()
    await dev.end('SIGINT')
  })
})

test('a header that is wrong, or missing, is watched as well, also in the first version', async () => {
  const name = uniqueName()
  using work = workOn(name)
  const added = join(work.header, '../added.h')
  writeFileSync(work.header, '#include "added.h"\n')
  await assertGone([name], async () => {
    using dev = startDev(work.source)
    assert.is((await dev.next()).error?.code, 'compile')
    writeFileSync(added, 'no C')
    assert.is((await dev.next()).error?.code, 'compile')
    writeFileSync(added, '#define ADDED 1\n')
    assert.is((await dev.next()).registered?.[0]?.name, name)
    writeFileSync(work.header, '#include "none.h"\n')
    assert.is((await dev.next()).error?.code, 'compile')
    writeFileSync(work.header, '#define FIRST 2\n')
    assert.is((await dev.next()).switched?.length, 1)
    await dev.end('SIGINT')
  })
})

test('what somebody else does meanwhile is told, and the next version is in place all the same', async () => {
  const name = uniqueName()
  using work = workOn(name)
  const save = () => writeFileSync(work.source, `${work.text()}\n`)
  await assertGone([name], async () => {
    using dev = startDev(work.source)
    await dev.next()
    {
      using other = startDev(work.source)
      const mapId = (await other.next()).switched?.[0]?.to.mapId
      await other.end('SIGINT')
      assert.is(entryOf(name)?.mapId, mapId)
      save()
      assert.equal((await dev.next()).notes, [`${name}: switched to map ${mapId} by somebody else`])
    }
    await ccdk(['unregister', name])
    work.edit('#include "mine.h"', '#include "none.h"')
    assert.equal((await dev.next()).kept, [])
    work.edit('#include "none.h"', '#include "mine.h"')
    const { registered, notes } = await dev.next()
    assert.equal([registered?.[0]?.name, notes], [name, [`${name}: unregistered by somebody else`]])
    await dev.end('SIGINT')
  })
})

test('without the privileges it ends, as no save would mend that', async () => {
  const { exitCode, stderr } = await ccdkUnprivileged(['dev', exampleFile('bpf_reno').replace(/o$/, 'c')])
  assert.is(exitCode, 4)
  assert.match(stderr, /CAP_SYS_ADMIN\n {6}run it as root, or give the process that capability\n$/)
})

test('another name in the source is another algorithm, and the old one goes', async () => {
  const [name, other] = [uniqueName(), uniqueName()]
  using work = workOn(name)
  await assertGone([name, other], async () => {
    using dev = startDev(work.source)
    await dev.next()
    work.edit(`"${name}"`, `"${other}"`)
    const { registered, switched, withdrawn } = await dev.next()
    assert.equal([registered?.[0]?.name, switched, withdrawn], [other, [], [name]])
    assert.not.ok(availableCongestion().includes(name))
    await dev.end('SIGINT')
  })
})

test('what is registered already by a link is switched, and stays when the command ends', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  using work = workOn(name)
  await assertGone([name], async () => {
    await ccdk(['register', exampleFile('bpf_reno'), '--name', name, '--pin', bpffs.path])
    const before = entryOf(name)
    using dev = startDev(work.source)
    const [switched] = (await dev.next()).switched ?? []
    assert.equal([switched?.from.mapId, switched?.linkId], [before?.mapId, before?.links[0]])
    await dev.end('SIGINT')
    assert.is(entryOf(name)?.mapId, switched?.to.mapId)
    await ccdk(['unregister', name])
  })
})

test('what is registered without a link has to be taken away first, and the message says so', async () => {
  const name = uniqueName()
  using work = workOn(name)
  const plain = join(work.source, '../plain.bpf.c')
  writeFileSync(plain, work.text().replace('.struct_ops.link', '.struct_ops'))
  await assertGone([name], async () => {
    const built = await ccdk(['build', plain])
    assert.is(built.exitCode, 0, built.stderr)
    await ccdk(['register', plain.replace(/c$/, 'o')])
    const before = entryOf(name)
    using dev = startDev(work.source)
    const { event, error } = await dev.next()
    assert.is(event, 'failed')
    assert.match(error?.message ?? '', 'is registered without a link')
    assert.is(error?.hint, `ccdk unregister ${name} takes it away; ccdk dev registers it by a link then`)
    assert.is(entryOf(name)?.mapId, before?.mapId)
    await dev.end('SIGINT')
    await ccdk(['unregister', name])
  })
})

test('killed at any moment of a save, with a pin: the old version or the new one is registered, whole', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  using work = workOn(name)
  const seen = new Set<boolean>()
  await assertGone([name], async () => {
    for (let turn = 1; turn <= 10 || (seen.size < 2 && turn <= 30); turn += 1) {
      using dev = startDev(work.source, '--pin', bpffs.path)
      await dev.next()
      writeFileSync(work.source, `${work.text()}\n`)
      const { switched, ms } = await dev.next()
      const before = switched?.[0]?.to.mapId
      writeFileSync(work.source, `${work.text()}\n`)
      await sleep(((ms?.fromSave ?? 0) * turn) / 8)
      await dev.end('SIGKILL')
      const entry = entryOf(name)
      assert.is(entry?.members.length, 3)
      assert.is(entry?.links.length, 1)
      seen.add(entry?.mapId === before)
    }
    assert.equal(seen.size, 2)
    await ccdk(['unregister', name])
  })
})

test('killed without a pin, nothing stays', async () => {
  const name = uniqueName()
  using work = workOn(name)
  await assertGone([name], async (look) => {
    using dev = startDev(work.source)
    await dev.next()
    look()
    await dev.end('SIGKILL')
    await until(() => entryOf(name) === undefined, `${name} is gone`)
  })
})

test('for people: each version in a few lines, and errors in the words of who found them', async () => {
  const name = uniqueName()
  using work = workOn(name)
  await assertGone([name], async () => {
    const { subprocess, pid } = startCcdk(['dev', work.source])
    const told = async (pattern: RegExp) => {
      while (!pattern.test(output)) await once(subprocess.stdout, 'data')
    }
    let output = ''
    let errors = ''
    subprocess.stdout.on('data', (text) => (output += String(text)))
    subprocess.stderr.on('data', (text) => (errors += String(text)))
    await told(/active at .*\n/)
    assert.match(output, new RegExp(`^registered ${name} \\(struct tcp_congestion_ops, map \\d+, link \\d+\\)\n  kept alive by link`))
    assert.is(errors.split('\n')[0], `watching ${work.source} and what it includes: each save is put in place; Ctrl-C ends it`)
    assert.match(output, /\n {2}active at \d\d:\d\d:\d\d: clang [\d.]+ ms, load and register [\d.]+ ms\n$/)
    const good = work.text()
    writeFileSync(work.source, `${good}\nno C`)
    await until(() => errors.includes('waiting for the next save'), 'the error is told')
    assert.match(errors, "error: unknown type name 'no'")
    assert.match(errors, new RegExp(`\n      ${name} stays at map \\d+; waiting for the next save\n$`))
    writeFileSync(work.source, good)
    await told(/switched/)
    await told(/active at .*after the save/)
    assert.match(output, new RegExp(`switched ${name} from map \\d+ to map \\d+`))
    process.kill(pid, 'SIGINT')
    const { exitCode } = await subprocess
    assert.is(exitCode, 130)
    assert.match(errors, new RegExp(`${name}: unregistered\n$`))
  })
})

test.run()
