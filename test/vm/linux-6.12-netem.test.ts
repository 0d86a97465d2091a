// gate: timeout 900s
/** A path by the kernel's own qdiscs, which Debian's 6.12 has, against the same path by the emulator. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const test = suite('netem on Linux 6.12', [needs.vm, needs.clang, needs.iproute2, needs.ping])

testsOnKernel(test, '6.12', {
  steady: true,
  files: ['kernel/kernel/qdiscs.test.ts', 'kernel/emulator/netem-stations.test.ts', 'kernel/emulator/netem.test.ts'],
})
test.run()
