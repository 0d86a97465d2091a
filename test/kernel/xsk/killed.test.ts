import { once } from 'node:events'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { Interfaces } from '../../../src/kernel/index.ts'
import { createSocket, createUmem } from '../../../src/xsk/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { enterWires } from '../support/xsk.ts'

const test = suite('a process with sockets of AF_XDP that is killed', [needs.root])

enterWires()

function programs(): number[] {
  using interfaces = new Interfaces()
  return ['a0', 'b0'].map((name) => interfaces.list().find((one) => one.name === name)?.xdpProgram ?? Number.NaN)
}

test('leaves no program on its interfaces, and its queues are free', async () => {
  const child = execa(process.execPath, [new URL('../support/xsk-process.ts', import.meta.url).pathname], { reject: false })
  const { stdout: saying } = child.nodeChildProcess
  assert.ok(saying)
  await once(saying, 'data')
  assert.ok(programs().every((id) => id > 0), String(programs()))
  child.kill('SIGKILL')
  assert.is((await child).signal, 'SIGKILL')
  await until(() => programs().every((id) => id === 0), 'no programs')
  using umem = createUmem({ frames: 64, frameSize: 2048 })
  using a = createSocket(umem, { interface: 'a0' })
  using b = createSocket(umem, { interface: 'b0' })
  assert.ok(a.fd.number !== b.fd.number)
})

test.run()
