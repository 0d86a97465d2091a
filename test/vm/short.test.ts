// gate: timeout 1800s
/** What an older kernel does otherwise, in a few minutes: CI runs it, where all of test/vm takes too long. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const files = ['kernel/loader/kernel-age.test.ts', 'kernel/loader/module-kfuncs.test.ts']

for (const release of ['6.1', '6.12'] as const) {
  const test = suite(`Linux ${release}, in short`, [needs.vm, needs.clang, needs.iproute2, needs.bpftool])
  testsOnKernel(test, release, { files })
  test.run()
}
