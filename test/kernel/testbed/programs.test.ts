import { once } from 'node:events'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { type Host, startHost } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'

const test = suite('programs on hosts', [needs.root])

async function withHost(action: (host: Host) => Promise<void>): Promise<void> {
  await using host = await startHost('client')
  await action(host)
}

const shell = (host: Host, script: string) => host.run('sh', ['-c', script])

test('a program is in the namespace of its host; what it prints and how it ends is told', () =>
  withHost(async (host) => {
    const program = await shell(host, 'readlink /proc/self/ns/net; echo "$FRUIT"; echo wrong >&2; exit 3')
    const { code, signal, printed } = await program.ended
    assert.is(code, 3)
    assert.is(signal, null)
    assert.is(printed, `net:[${host.namespace}]\n\nwrong\n`)
  }))

test('it has the environment that it is given and no other', () =>
  withHost(async (host) => {
    const program = await host.run('/usr/bin/env', [], { environment: { FRUIT: 'pear' } })
    assert.is((await program.ended).printed, 'FRUIT=pear\n')
  }))

test('of much that is printed the end is kept', () =>
  withHost(async (host) => {
    const { printed } = await (await shell(host, 'seq 100000')).ended
    assert.is(printed.length, 4000)
    assert.ok(printed.endsWith('\n99999\n100000\n'))
  }))

test('a signal ends it, and one that comes later does nothing', () =>
  withHost(async (host) => {
    const program = await host.run('sleep', ['60'])
    await program.signal('SIGTERM')
    assert.is((await program.ended).signal, 'SIGTERM')
    await program.signal('SIGTERM')
  }))

test('what cannot be started', () =>
  withHost(async (host) => {
    for (const [file, errno] of [
      ['no-such-program', 'ENOENT'],
      ['/etc/passwd', 'EACCES'],
    ] as const) {
      const error: unknown = await host.run(file).catch((reason: unknown) => reason)
      assert.instance(error, SyscallError)
      assert.match(String(error), `starting ${file}: execve answered ${errno}`)
    }
  }))

test('names of hosts are known to its programs alone, and on no disk', () =>
  withHost(async (host) => {
    const before = readFileSync('/etc/hosts', 'utf8')
    await host.nameHosts([
      { address: '198.18.1.1', name: 'server' },
      { address: '2001:2:0:1::1', name: 'server' },
    ])
    const { printed } = await (await shell(host, 'getent ahosts server; ls -a /tmp | wc -l')).ended
    assert.match(printed, /^198\.18\.1\.1 /m)
    assert.match(printed, /^2001:2:0:1::1 /m)
    assert.not.match(printed, /^[012]$/m)
    assert.is(readFileSync('/etc/hosts', 'utf8'), before)
    assert.is.not(readlinkSync(`/proc/${host.pid}/ns/mnt`), readlinkSync('/proc/self/ns/mnt'))
  }))

test('a host that is closed ends its programs, those too that would go on', async () => {
  const host = await startHost('client')
  const stubborn = await shell(host, 'trap "" HUP TERM INT; echo ready; while :; do sleep 0.01; done')
  await until(() => readFileSync(`/proc/${stubborn.pid}/status`, 'utf8').includes('SigIgn:\t0000000000004003'), 'it ignores signals')
  const mild = await host.run('sleep', ['60'])
  await host.close()
  assert.not.ok(existsSync(`/proc/${stubborn.pid}`))
  assert.not.ok(existsSync(`/proc/${mild.pid}`))
})

test('a host that is killed fails what waits for its programs', async () => {
  await using host = await startHost('client')
  const program = await host.run('sleep', ['1'])
  process.kill(host.pid, 'SIGKILL')
  assert.match(String(await program.ended.catch((reason: unknown) => reason)), 'ended (SIGKILL)')
})

test('they end when the program that has the host is killed', async () => {
  const holder = new URL('../../fixtures/testbed/hold-program.ts', import.meta.url).pathname
  const subprocess = execa(process.execPath, [holder], { reject: false })
  const [line]: string[] = await once(createInterface(subprocess.stdout), 'line', { signal: AbortSignal.timeout(60_000) })
  const pids: number[] = JSON.parse(line ?? '')
  assert.is(pids.length, 2)
  subprocess.kill('SIGKILL')
  await subprocess
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), 'the host and its program are gone')
})

test.run()
