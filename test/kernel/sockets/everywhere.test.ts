import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { namespaceInode, openFds } from '../../../src/kernel/index.ts'
import { countTcpSocketsEverywhere, listTcpSocketsEverywhere } from '../../../src/sockets/index.ts'
import { createTestbed, startHost } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('TCP sockets of every namespace', [needs.root, needs.iproute2])

test('both hosts of a testbed are found, with their processes', async () => {
  await using bed = await createTestbed()
  const service = await bed.server.serve({ congestion: 'reno' })
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000, flows: 3 })
  await transfer.result
  const { namespaces } = listTcpSocketsEverywhere()
  const of = ({ namespace }: { namespace: number }) => namespaces.find(({ inode }) => inode === namespace)
  assert.equal(of(bed.client)?.pids, [bed.client.pid])
  assert.equal(
    of(bed.client)?.value.map(({ congestion }) => congestion),
    ['reno', 'reno', 'reno'],
  )
  assert.equal(of(bed.server)?.value.filter(({ state }) => state === 'LISTEN').length, 1)
  assert.ok(namespaces.find(({ inode }) => inode === namespaceInode())?.pids.includes(process.pid))
  assert.is(new Set(namespaces.map(({ inode }) => inode)).size, namespaces.length)
})

test('counts follow what is open', async () => {
  await using bed = await createTestbed()
  const count = (states?: ['ESTABLISHED']): number[] => {
    const { namespaces } = countTcpSocketsEverywhere(states === undefined ? {} : { states })
    return [bed.client, bed.server].map(
      (host) => namespaces.find(({ inode }) => inode === host.namespace)?.value.get('cubic') ?? 0,
    )
  }
  assert.equal(count(), [0, 0])
  const service = await bed.server.serve({ congestion: 'cubic' })
  assert.equal(count(), [0, 1])
  const transfer = await bed.client.send({ to: service, bytesPerFlow: 1000, flows: 5 })
  await transfer.result
  assert.equal(count(), [5, 6])
  assert.equal(count(['ESTABLISHED']), [5, 5])
  await transfer.close()
  assert.equal(count(['ESTABLISHED']), [0, 0])
})

test('a namespace without a process is found by its name', async () => {
  const name = `ccdk-test-${process.pid}`
  await execa('ip', ['netns', 'add', name])
  try {
    const { stdout } = await execa('ip', ['netns', 'exec', name, 'readlink', '/proc/self/ns/net'])
    const inode = Number(/\d+/.exec(stdout)?.[0])
    assert.equal(
      listTcpSocketsEverywhere().namespaces.find((found) => found.inode === inode),
      { inode, pids: [], value: [] },
    )
  } finally {
    await execa('ip', ['netns', 'delete', name])
  }
})

test('without CAP_SYS_ADMIN the own namespace is listed and the others are named', async () => {
  await using host = await startHost('elsewhere')
  const program = new URL('../../fixtures/sockets/everywhere.ts', import.meta.url).pathname
  const { stdout } = await execa('setpriv', [
    '--bounding-set=-sys_admin',
    '--inh-caps=-sys_admin',
    process.execPath,
    program,
  ])
  const answer: { inodes: number[]; unseen: { what: string; errno: string; message: string }[] } = JSON.parse(stdout)
  assert.equal(answer.inodes, [namespaceInode()])
  const reason = answer.unseen.find(({ what }) => what === `/proc/${host.pid}/ns/net`)
  assert.is(reason?.errno, 'EPERM')
  assert.match(reason?.message ?? '', /setns answered EPERM: it needs CAP_SYS_ADMIN/)
})

test('processes that come and go meanwhile do no harm', async () => {
  const churn = execa('sh', ['-c', 'for i in $(seq 300); do /bin/true; done'])
  let walks = 0
  while (churn.nodeChildProcess.exitCode === null) {
    const { unseen } = listTcpSocketsEverywhere({ info: false })
    assert.equal(
      unseen.filter(({ errno }) => errno !== 'EACCES' && errno !== 'EPERM'),
      [],
    )
    walks += 1
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.ok(walks > 5, `${walks} walks`)
})

test('no descriptor is left open', () => assert.equal(openFds(), []))

test.run()
