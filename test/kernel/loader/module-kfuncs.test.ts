import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { UnsupportedKernelError } from '../../../src/errors/index.ts'
import { load, prepare } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernel } from '../../support/this-kernel.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback, send } from '../support/traffic.ts'

const test = suite('functions of modules', [needs.root, needs.structOps, needs.clang])
const withModules = suite('functions of modules', [needs.root, needs.structOps, needs.clang, needs.congestionModules])

withModules('an algorithm made of the functions of two modules carries traffic', async () => {
  ownLoopback()
  // Where it is not agreed on, dctcp_init puts the kernel's own reno in the place of the algorithm.
  writeFileSync('/proc/sys/net/ipv4/tcp_ecn', '1')
  const object = await openFixture('module_kfuncs')
  await leavesNothing(async (target) => {
    const prepared = prepare(object, target)
    assert.equal(prepared.problems, [])
    const modules = prepared.programs.map(({ spec, modules: list }) => [spec.name, list.map((module) => module?.name ?? '')])
    assert.equal(Object.fromEntries(modules)['module_min_tso_segs'], ['', 'tcp_bbr', 'tcp_dctcp'])
    assert.equal(Object.fromEntries(modules)['module_ssthresh'], ['', 'tcp_dctcp'])
    assert.equal(Object.fromEntries(modules)['module_cong_avoid'], [''])
    using loaded = load(prepared, target)
    using registration = register(loaded, 'module_ca')
    {
      using _ = await send(registration.name ?? '', 1_000_000)
    }
    const counters = ['inits', 'acks', 'tso_asked'].map((name) => [name, Number(loaded.variable<bigint>(name).get())] as const)
    for (const [name, count] of counters) assert.ok(count > 0, `${name}: ${counters.join(' ')}`)
    // The sockets are gone only some time after they were closed.
    await sleep(100)
  })
})

test('a function of a module that is not loaded is named, with the option that brings it', async () => {
  const object = await openFixture('module_kfuncs')
  const { problems } = prepare(object, { ...thisKernel(), moduleBtfs: () => [] })
  const missing = problems.filter((problem) => problem instanceof UnsupportedKernelError)
  assert.ok(missing.some(({ feature, config }) => feature.includes('dctcp_ssthresh') && config === 'CONFIG_TCP_CONG_DCTCP'))
})

test.run()
withModules.run()
