// gate: timeout 1800s
/** Debian's 6.12: struct_ops links, and congestion control in modules, whose functions programs call; kprobes. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const test = suite('Linux 6.12', [needs.vm, needs.clang, needs.iproute2, needs.bpftool, needs.strace, needs.libbpf])

testsOnKernel(test, '6.12', {
  files: [
    'kernel/cli/kernel-age.test.ts',
    'kernel/kernel/probes.test.ts',
    'kernel/kernel/bpf-layouts.test.ts',
    'kernel/loader/attach-cookies.test.ts',
    'kernel/loader/attach-order.test.ts',
    'kernel/loader/attach-programs.test.ts',
    'kernel/loader/attach-unlinked.test.ts',
    'kernel/loader/every-map.test.ts',
    'kernel/loader/kernel-age.test.ts',
    'kernel/loader/link-info.test.ts',
    'kernel/loader/map-elements.test.ts',
    'kernel/loader/module-kfuncs.test.ts',
    'kernel/loader/token.test.ts',
    'kernel/loader/tracing.test.ts',
    'kernel/structops/dummy-ops.test.ts',
    'kernel/structops/links.test.ts',
    'kernel/structops/refusals.test.ts',
  ],
})
test.run()
