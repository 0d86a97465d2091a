// gate: timeout 1800s
/** Debian's 6.1: no struct_ops links, no `common` in struct_ops values, congestion control in modules. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const test = suite('Linux 6.1', [needs.vm, needs.clang, needs.iproute2, needs.bpftool])

testsOnKernel(test, '6.1', {
  mayLack: [needs.tcx, needs.sockmapLinks],
  files: [
    'kernel/cli/kernel-age.test.ts',
    'kernel/kernel/probes.test.ts',
    'kernel/kernel/bpf-layouts.test.ts',
    'kernel/kernel/namespace.test.ts',
    'kernel/kernel/tcp-socket.test.ts',
    'kernel/loader/attach-iterators.test.ts',
    'kernel/loader/attach-sockets.test.ts',
    'kernel/loader/attach-unlinked.test.ts',
    'kernel/loader/attach.test.ts',
    'kernel/loader/kernel-age.test.ts',
    'kernel/loader/module-kfuncs.test.ts',
    'kernel/loader/typed-values.test.ts',
    'kernel/xsk/statistics.test.ts',
  ],
})
test.run()
