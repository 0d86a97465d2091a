import { release } from 'node:os'
import * as assert from 'uvu/assert'
import { ccdk, ccdkUnprivileged, documentOf } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('ccdk doctor', [needs.root, needs.structOps])

interface Findings {
  features: { feature: string; since: string; answer: 'yes' | 'no' | 'unknown' }[]
  findings: { what: string; answer: 'yes' | 'no' | 'unknown'; detail: string; remedy: string; needed: boolean }[]
}

test('as root nothing is missing that is needed', async () => {
  const { exitCode, stdout, stderr } = await ccdk(['doctor'])
  assert.is(exitCode, 0)
  assert.is(stderr, '')
  assert.match(stdout, /^yes +privileges +CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF$/m)
  assert.match(stdout, /^yes +kernel types \(BTF\) +\d+ types of Linux /m)
  assert.match(
    stdout,
    /^yes +struct_ops for TCP congestion control +struct bpf_struct_ops_tcp_congestion_ops, \d+ bytes$/m,
  )
})

test('in JSON each finding has its answer, and what is not there a way to mend it', async () => {
  const { findings } = await documentOf<Findings>(ccdk(['doctor', '--json']))
  assert.ok(findings.length > 8)
  for (const { what, answer, detail, remedy } of findings) {
    assert.ok(['yes', 'no', 'unknown'].includes(answer), what)
    assert.ok(detail !== '', what)
    assert.ok(answer === 'yes' || remedy !== '', what)
  }
  assert.ok(findings.every(({ needed, answer }) => !needed || answer === 'yes'))
})

test('what newer kernels brought was asked for one by one', async () => {
  const { findings, features } = await documentOf<Findings>(ccdk(['doctor', '--json']))
  // It is this kernel's version that says what must be here.
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const expected = features.filter(({ since }) => {
    const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number)
    return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)
  })
  assert.ok(features.length > 20)
  assert.equal(expected.filter(({ answer }) => answer === 'no'), [])
  const seen = features.filter(({ answer }) => answer === 'yes').length
  assert.is(findings.find(({ what }) => what === 'BPF features')?.detail, `${seen} of ${features.length}`)
  const { stdout } = await ccdk(['doctor', '--verbose'])
  assert.match(stdout, /^yes +ring buffers +Linux 5\.8$/m)
})

test('without capabilities: exit 4, and what is missing', async () => {
  const { exitCode, stdout } = await ccdkUnprivileged(['doctor'])
  assert.is(exitCode, 4)
  assert.match(stdout, /^no +privileges +missing: .*CAP_BPF/m)
  assert.match(stdout, /^privileges: run as root/m)
  // What needs none can be told all the same.
  assert.match(stdout, /^yes +struct_ops for TCP congestion control/m)
})

test.run()
