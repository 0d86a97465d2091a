// gate: timeout 120s
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { LinuxTarget, openFds, openNamespace } from '../../../src/kernel/index.ts'
import { Monitor } from '../../../src/monitor/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'

const test = suite('namespaces under a monitor', [needs.root, needs.iproute2])

test('one that is deleted is let go, though nobody looks any more', async () => {
  const name = `ccdk-top-${process.pid}`
  using target = new LinuxTarget()
  using owned = new DisposableStack()
  await execa('ip', ['netns', 'add', name])
  {
    using namespace = openNamespace(`/run/netns/${name}`)
    owned.use(new Monitor(target, { namespaces: [namespace] })).look()
  }
  const sockets = (): number => openFds().filter((what) => what.includes('netlink')).length
  assert.is(sockets(), 1)
  await execa('ip', ['netns', 'delete', name])
  await until(() => sockets() === 0, 'it is let go')
})

test.run()
