// gate: timeout 600s
/** Debian's 6.12: congestion control in modules, whose functions programs call. */
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'
import { needs, suite } from '../support/needs.ts'

const test = suite('Linux 6.12', [needs.vm, needs.clang, needs.iproute2, needs.bpftool])

testsOnKernel(test, '6.12', {
  modules: ['veth'],
  files: ['kernel/structops/dummy-ops.test.ts', 'kernel/structops/refusals.test.ts', 'kernel/kernel/namespace.test.ts'],
})
test.run()
