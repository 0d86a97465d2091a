import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { templates } from '../../../cli/new/project.ts'
import { availableCongestion } from '../../../src/kernel/index.ts'
import { createTestbed } from '../../../src/testbed/index.ts'
import { ccdk, documentOf, startCcdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { uniqueName } from '../support/algorithm.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('a new algorithm', [needs.root, needs.structOps, needs.clang])

for (const template of templates) {
  test(`${template}: built, checked and registered as it stands, it carries 100 MB and goes again`, async () => {
    using directory = temporaryDirectory()
    const name = uniqueName()
    const settings = { cwd: join(directory.path, name) }
    const begun = await documentOf(ccdk(['new', name, '--template', template, '--json'], { cwd: directory.path }))
    assert.equal(begun, {
      schemaVersion: 1,
      name,
      template,
      directory: name,
      files: [`${name}.bpf.c`, 'README.md', 'ab.yaml', '.gitignore'],
    })
    const built = await ccdk(['build', `${name}.bpf.c`, '--', '-Werror'], settings)
    assert.equal([built.exitCode, built.stderr], [0, ''])
    assert.match(built.stdout, `${name}.bpf.o: 1 struct_ops map, `)
    const checked = await ccdk(['check', `${name}.bpf.o`], settings)
    assert.is(checked.exitCode, 0)
    assert.match(checked.stdout, `${name} (.struct_ops.link, `)
    await assertGone([name], async () => {
      const { subprocess } = startCcdk(['register', `${name}.bpf.o`], settings)
      await until(() => availableCongestion().includes(name), `${name} is registered`)
      {
        await using bed = await createTestbed()
        await using service = await bed.server.serve({ congestion: name })
        await using transfer = await bed.client.send({ to: service, bytesPerFlow: 100_000_000 })
        const { flows, goodput } = await transfer.result
        assert.equal(flows.map(({ congestion, bytes }) => [congestion, bytes]), [[name, 100_000_000]])
        // It reaches its rate: a window that never opened would stay a thousand times below.
        assert.ok(goodput > 100e6, `${goodput} bit/s`)
      }
      assert.is((await ccdk(['unregister', name])).exitCode, 0)
      assert.is((await subprocess).exitCode, 0)
    })
  })
}

test('the page beside it names what can be tuned, and the experiment names the algorithm', async () => {
  using directory = temporaryDirectory()
  await ccdk(['new', 'page_cc', '--template', 'cubic', '--dir', join(directory.path, 'a/b')])
  const read = (file: string) => readFileSync(join(directory.path, 'a/b/page_cc', file), 'utf8')
  assert.match(read('README.md'), '`hystart`, `fast_convergence`, `reno_friendly`')
  assert.match(read('ab.yaml'), '  B: { cc: page_cc, object: page_cc.bpf.o }\n')
  assert.not.match(read('page_cc.bpf.c'), /bpf_cubic|SEC\("\.struct_ops"\)/)
  assert.is(read('.gitignore'), '*.o\n')
})

test.run()
