import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { availableCongestion, openTcpSocket } from '../../../src/kernel/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import type { Registered, Unregistered } from '../../support/ccdk-documents.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { told } from '../../support/told.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { exampleFile, uniqueName } from '../support/algorithm.ts'
import { assertGone } from '../support/gone.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { writeRenamed } from '../support/bpftool.ts'

const test = suite('ccdk register and unregister', [needs.root, needs.structOps, needs.clang])

const isAvailable = (name: string): boolean => availableCongestion().includes(name)

test('a plain map stays when the command has ended, until it is unregistered by its name', async () => {
  const name = uniqueName()
  await assertGone([name], async () => {
    const { exitCode, stdout, stderr } = await ccdk(['register', exampleFile('bpf_dctcp'), '--name', name])
    assert.is(exitCode, 0)
    assert.is(stderr, '')
    assert.match(stdout, new RegExp(`^registered ${name} \\(struct tcp_congestion_ops, map \\d+\\)$`, 'm'))
    assert.match(stdout, 'kept alive by the kernel, until it is unregistered')
    assert.match(stdout, `to take it away: ccdk unregister ${name}`)
    assert.ok(isAvailable(name))
    const done = await ccdk(['unregister', name])
    assert.is(done.exitCode, 0)
    assert.match(done.stdout, new RegExp(`^unregistered ${name} \\(map \\d+\\)$`, 'm'))
    assert.not.ok(isAvailable(name))
  })
})

test('in JSON it says the ids, and what keeps it alive; it can be unregistered by the id', async () => {
  const name = uniqueName()
  await assertGone([name], async () => {
    const { registered } = await documentOf<Registered>(
      ccdk(['register', '--json', exampleFile('bpf_cubic'), '--name', name]),
    )
    const { mapId } = registered[0] ?? { mapId: 0 }
    assert.equal(registered, [
      {
        name,
        map: 'cubic',
        struct: 'tcp_congestion_ops',
        mapId,
        linkId: null,
        pin: null,
        keptAliveBy: 'the kernel, until it is unregistered',
      },
    ])
    const { unregistered, pinsRemoved } = await documentOf<Unregistered>(ccdk(['unregister', '--json', String(mapId)]))
    assert.is(unregistered[0]?.mapId, mapId)
    assert.is(unregistered[0]?.name, name)
    assert.equal(pinsRemoved, [])
  })
})

test('several maps: those that are chosen, and all or none', async () => {
  using directory = temporaryDirectory()
  const plain = uniqueName()
  const optional = uniqueName()
  const bytes = await readFile(await compileFixture('several'))
  const once = await writeRenamed(bytes, 'plain', plain, directory.path)
  const file = await writeRenamed(await readFile(once), 'optional', optional, directory.path)
  await assertGone([plain, optional], async () => {
    const { exitCode, stdout } = await ccdk(['register', file, '--only', 'plain,optional'])
    assert.is(exitCode, 0)
    assert.equal(stdout.match(/^registered \S+/gm), [`registered ${plain}`, `registered ${optional}`])
    await ccdk(['unregister', plain])
    assert.not.ok(isAvailable(plain))
    // `optional` has its name still, so nothing of the object can be registered.
    const again = await ccdk(['register', file, '--only', 'plain', '--only', 'optional', '--json'])
    assert.is(again.exitCode, 1)
    assert.is(errorOf(again).errno, 'EEXIST')
    assert.match(errorOf(again).hint ?? '', optional)
    assert.not.ok(isAvailable(plain))
    await ccdk(['unregister', optional])
  })
})

test('what cannot be meant is refused before the kernel is asked', async () => {
  const several = await compileFixture('several')
  using directory = temporaryDirectory()
  const refusals: [args: string[], message: RegExp][] = [
    [['--only', 'nope'], /has no struct_ops map nope; it has plain, linked, optional$/m],
    [['--name', 'x'], /--name renames one algorithm$/m],
    [['--only', 'plain', '--name', ''], /not empty$/m],
    [['--only', 'plain', '--name', '0123456789abcdef'], /longer than the 15 bytes that it takes$/m],
    [['--only', 'plain', '--pin', '/sys/fs/bpf'], /plain of .* is registered without one$/m],
    [['--only', 'linked', '--pin', join(directory.path, 'none')], /is not in a BPF file system/],
  ]
  for (const [args, message] of refusals) {
    const { exitCode, stdout, stderr } = await ccdk(['register', several, ...args])
    assert.is(exitCode, 2, `${args.join(' ')}: ${stderr}`)
    assert.is(stdout, '')
    assert.match(stderr, message)
  }
  assert.not.ok(existsSync(join(directory.path, 'none')))
  const none = await ccdk(['register', await compileFixture('minimal')])
  assert.is(none.exitCode, 2)
  assert.match(none.stderr, 'has no struct_ops map: there is nothing to register')
})

test('a program that the verifier refuses: exit 5, with the log', async () => {
  const file = await compileFixture('verifier_reject')
  const text = await ccdk(['register', file])
  assert.is(text.exitCode, 5)
  assert.is(text.stdout, '')
  assert.match(text.stderr, 'no write support to tcp_sock')
  assert.match(text.stderr, /^ccdk: the verifier refused program "writes_to_srtt" \(EACCES\): /m)
  const { code, log } = errorOf(await ccdk(['register', file, '--json']))
  assert.is(code, 'verifier')
  assert.match(log ?? '', /\n.*\n/)
})

test('a struct that does not fit: exit 6, the report on stderr', async () => {
  const { exitCode, stdout, stderr } = await ccdk(['register', await compileFixture('wrong_size')])
  assert.is(exitCode, 6)
  assert.is(stdout, '')
  assert.match(stderr, /^✗ +flags +40 +its size is 8 bytes here and 4 in the kernel$/m)
})

test('without capabilities: exit 4, and which is missing', async () => {
  for (const args of [['register', exampleFile('bpf_reno')], ['list'], ['show', 'x'], ['unregister', 'x']]) {
    const ran = await ccdkUnprivileged([...args, '--json'])
    assert.is(ran.exitCode, 4, args[0])
    const { code, errno, message } = errorOf(ran)
    assert.is(code, 'permission')
    assert.is(errno, 'EPERM')
    assert.match(message, /it needs CAP_/)
  }
})

test('unregister knows what it cannot find', async () => {
  await using bpffs = await mountBpffs()
  const name = uniqueName()
  await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
  try {
    const typo = await ccdk(['unregister', `${name}x`])
    assert.is(typo.exitCode, 2)
    assert.match(typo.stderr, `did you mean "${name}"?`)
    assert.match((await ccdk(['unregister', 'cubic_'])).stderr, 'no struct_ops algorithm')
    assert.match((await ccdk(['unregister', 'reno'])).stderr, `"reno" is the kernel's own and not registered by BPF`)
    assert.match((await ccdk(['unregister', './none'], { cwd: bpffs.path })).stderr, 'there is no pin at')
    assert.match((await ccdk(['unregister', '/etc/passwd'])).stderr, 'is not in a BPF file system')
  } finally {
    await ccdk(['unregister', name])
  }
})

test('--wait waits for the last socket, also when it was unregistered before', async () => {
  const name = uniqueName()
  await assertGone([name], async () => {
    await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
    const socket = openTcpSocket('ipv4', name)
    const { stdout } = await ccdk(['unregister', name])
    assert.match(stdout, 'state tobefree, 1 reference: connections that are open keep it until they end')
    const shown = await documentOf<{ structOps: { state: string; registered: boolean; refcnt: number } }>(
      ccdk(['show', name, '--json']),
    )
    assert.equal([shown.structOps.state, shown.structOps.registered, shown.structOps.refcnt], ['tobefree', false, 1])
    const { subprocess } = startCcdk(['unregister', name, '--wait'])
    await told(subprocess, '1 reference: waiting')
    await sleep(500)
    assert.is(subprocess.nodeChildProcess.exitCode, null)
    socket[Symbol.dispose]()
    const { exitCode, stdout: last } = await subprocess
    assert.is(exitCode, 0)
    assert.match(last, `unregistered ${name}`)
  })
})

test('waiting can be interrupted', async () => {
  const name = uniqueName()
  await ccdk(['register', exampleFile('bpf_cubic'), '--name', name])
  using socket = openTcpSocket('ipv4', name)
  assert.ok(socket)
  const { subprocess, pid } = startCcdk(['unregister', name, '--wait'])
  await told(subprocess, '1 reference: waiting')
  process.kill(pid, 'SIGINT')
  assert.is((await subprocess).exitCode, 130)
})

test("the verifier's log of each program goes to a file, to stderr, or into the document", async () => {
  const [toFile, toError, toDocument] = [uniqueName(), uniqueName(), uniqueName()]
  await assertGone([toFile, toError, toDocument], async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'log')
    const registered = (name: string) => ['register', exampleFile('bpf_cubic'), '--name', name, '--verifier-log']
    const first = await ccdk([...registered(toFile), file])
    assert.equal([first.exitCode, first.stderr], [0, ''])
    const text = await readFile(file, 'utf8')
    assert.match(text, /^program "bpf_cubic_init":\n/m)
    assert.match(text, /^program "bpf_cubic_pkts_acked":\n/m)
    const second = await ccdk([...registered(toError), '--verifier-log-level', '4'])
    assert.is(second.exitCode, 0)
    assert.match(second.stderr, /^program "bpf_cubic_init":\nverification time \d+ usec$/m)
    const { verifierLogs } = await documentOf<{ verifierLogs: Record<string, string> }>(ccdk([...registered(toDocument), '--json']))
    assert.match(verifierLogs['bpf_cubic_init'] ?? '', /^processed \d+ insns/m)
    for (const name of [toFile, toError, toDocument]) assert.is((await ccdk(['unregister', name])).exitCode, 0)
  })
})

test('a file for the log that cannot be written is told before anything is registered', async () => {
  const name = uniqueName()
  const ran = await ccdk(['register', exampleFile('bpf_cubic'), '--name', name, '--verifier-log', '/nowhere/log'])
  assert.is(ran.exitCode, 2)
  assert.match(ran.stderr, 'cannot write /nowhere/log')
  assert.not.ok(isAvailable(name))
})

test.run()
