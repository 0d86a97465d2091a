import { release } from 'node:os'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { openFds, probeFeatures } from '../../../src/kernel/index.ts'
import { type Answer, type Feature, features } from '../../../src/loader/index.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('feature probes', [needs.root, needs.structOps, needs.bpftool])

const newerThan618: readonly Feature[] = ['arena_far_globals']
/** What Debian's 6.1 is too old for. */
const newerThan61: readonly Feature[] = [
  ...(['btf_question', 'uprobe_multi', 'struct_ops_link', 'struct_ops_update', 'struct_ops_detach'] as const),
  ...(['struct_ops_sleepable', 'tcx_link', 'sockmap_link', 'arena', 'arena_far_globals', 'token'] as const),
]
/** Kernels that this has been tried on, and what they are known to lack. */
const lacking: Readonly<Record<string, readonly Feature[]>> = { '6.1': newerThan61, '6.12': newerThan618, '6.18': newerThan618 }
const [series = ''] = /^\d+\.\d+/.exec(release()) ?? []

test('say what this kernel is known to have and to lack', async () => {
  const found = await assertNothingLeft(probeFeatures)
  const absent = found.filter(({ answer }) => answer === 'no').map(({ feature }) => feature)
  assert.equal(found.filter(({ answer }) => answer === 'unknown'), [])
  // Other kernels are compared by the release alone.
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)
  const expected = lacking[series] ?? found.filter(({ since }) => number(since) > number(series)).map(({ feature }) => feature)
  assert.equal(absent, expected)
  assert.equal(openFds(), [])
})

test('say that they do not know when the kernel refuses to answer, and never no', async () => {
  const probe = new URL('../../../src/kernel/probes/probe.ts', import.meta.url).href
  const script = `import(${JSON.stringify(probe)}).then(({ probeFeatures }) => console.log(JSON.stringify(probeFeatures())))`
  const none = ['--inh-caps=-all', '--bounding-set=-all']
  const { stdout } = await execa('setpriv', [...none, process.execPath, '-e', script])
  const answers: { feature: Feature; answer: Answer }[] = JSON.parse(stdout)
  assert.is(answers.length, Object.keys(features).length)
  const absent = lacking[series] ?? []
  for (const { feature, answer } of answers) {
    if (answer === 'no') assert.ok(absent.includes(feature), feature)
    if (answer === 'yes') assert.not.ok(absent.includes(feature), feature)
  }
  assert.is(answers.find(({ feature }) => feature === 'struct_ops_link')?.answer, 'unknown')
})

test.run()
