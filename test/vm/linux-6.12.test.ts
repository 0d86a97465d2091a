// gate: timeout 900s
/** Debian's 6.12: struct_ops links, and congestion control in modules, whose functions programs call; kprobes. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const test = suite('Linux 6.12', [needs.vm, needs.clang, needs.iproute2, needs.bpftool])

testsOnKernel(test, '6.12', {
  files: [
    'kernel/kernel/probes.test.ts',
    'kernel/kernel/bpf-layouts.test.ts',
    'kernel/loader/kernel-age.test.ts',
    'kernel/loader/module-kfuncs.test.ts',
    'kernel/loader/tracing.test.ts',
    'kernel/structops/dummy-ops.test.ts',
    'kernel/structops/links.test.ts',
    'kernel/structops/refusals.test.ts',
  ],
})
test.run()
