import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { TestbedError } from '../../../src/errors/index.ts'
import { createTestbed, startHost } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('testbeds that fail', [needs.root])

/** The error that `action` ends in. */
async function errorOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

const messageOf = async (action: Promise<unknown>): Promise<string> => String(await errorOf(action))

for (const [capability, doing] of [
  ['sys_admin', 'making a network namespace: unshare'],
  ['net_admin', 'bringing interface lo up'],
] as const) {
  test(`without CAP_${capability.toUpperCase()} the error names it`, async () => {
    const program = new URL('../../fixtures/testbed/create.ts', import.meta.url).pathname
    const dropped = [`--bounding-set=-${capability}`, `--inh-caps=-${capability}`, process.execPath, program]
    const { stdout, exitCode } = await execa('setpriv', dropped, { reject: false })
    const { error }: { error: Record<string, string> } = JSON.parse(stdout)
    assert.is(exitCode, 4)
    assert.is(error['code'], 'permission')
    assert.match(error['message'] ?? '', doing)
    assert.match(error['message'] ?? '', `answered EPERM: it needs CAP_${capability.toUpperCase()}`)
  })
}

test('an unknown algorithm is refused at either end, and the testbed goes on', async () => {
  await using bed = await createTestbed()
  const known = await bed.server.serve()
  const serve = () => bed.server.serve({ congestion: 'nope' })
  const send = () => bed.client.send({ to: known, congestion: 'nope', bytesPerFlow: 1 })
  for (const action of [serve, send]) {
    const error = await errorOf(action())
    assert.instance(error, SyscallError)
    assert.match(String(error), 'choosing congestion control "nope"')
  }
  const transfer = await bed.client.send({ to: known, bytesPerFlow: 1000 })
  assert.is((await transfer.result).bytes, 1000)
})

test('a service that is gone refuses the connection', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve()
  await service.close()
  const error = await errorOf(bed.client.send({ to: service, bytesPerFlow: 1 }))
  assert.instance(error, TestbedError)
  assert.match(String(error), 'ECONNREFUSED')
  assert.equal(bed.client.sockets(), [])
})

test('a service that closes meanwhile breaks the transfer', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve()
  const transfer = await bed.client.send({ to: service, seconds: 20 })
  await service.close()
  assert.match(await messageOf(transfer.result), /flow 0: the connection broke after \d+ bytes/)
})

test('a transfer that takes too long ends, and its samples with it', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve()
  const transfer = await bed.client.send({ to: service, seconds: 20, timeoutSeconds: 0.3 })
  const follow = async (): Promise<void> => {
    for await (const { flows } of transfer.samples) assert.is(flows.length, 1)
  }
  assert.match(await messageOf(follow()), 'the transfer has not ended within 0.3 s')
  assert.match(await messageOf(transfer.result), 'the transfer has not ended within 0.3 s')
  await transfer.close()
  assert.equal(bed.client.sockets({ states: ['ESTABLISHED'] }), [])
})

test('a transfer that is closed early says so', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve()
  const transfer = await bed.client.send({ to: service, seconds: 20 })
  await transfer.close()
  assert.match(await messageOf(transfer.result), 'the transfer was closed before it ended')
})

test('a host that is killed breaks what needs it, and closing is quiet', async () => {
  await using bed = await createTestbed()
  await using service = await bed.server.serve()
  await using transfer = await bed.client.send({ to: service, seconds: 20 })
  process.kill(bed.client.pid, 'SIGKILL')
  assert.match(await messageOf(transfer.result), 'the process of host client ended (SIGKILL)')
  assert.match(await messageOf(bed.client.serve()), 'the process of host client ended (SIGKILL)')
})

test('a host that is closed answers no more', async () => {
  const bed = await createTestbed()
  await bed.close()
  await bed.close()
  assert.match(await messageOf(bed.client.serve()), 'host client was closed')
})

test('what makes no sense is refused before anything happens', async () => {
  for (const name of ['', 'Client', 'a-name-too-long', 'a/b']) {
    assert.instance(await errorOf(startHost(name)), UsageError, name)
  }
  await using bed = await createTestbed()
  const to = await bed.server.serve()
  const wrong = [
    { to, bytesPerFlow: 0 },
    { to, seconds: Infinity },
    { to, seconds: Number.NaN },
    { to, bytesPerFlow: 1, flows: 0 },
    { to, bytesPerFlow: 1, flows: 1.5 },
    { to, bytesPerFlow: 1, sampleMs: 0 },
  ]
  for (const options of wrong) assert.instance(await errorOf(bed.client.send(options)), UsageError)
  assert.instance(await errorOf(bed.server.serve({ towards: 'nobody' })), UsageError)
  assert.instance(await errorOf(createTestbed({ network: 300 })), UsageError)
  assert.instance(await errorOf(createTestbed({ sysctls: { 'kernel.hostname': 'x' } })), UsageError)
})

test.run()
