// gate: timeout 1800s
/** What the machine's own kernel may not have: netem and its fellows, and that the emulator does what they do. */
import { needs, suite } from '../support/needs.ts'
import { testsOnKernel } from '../support/vm/tests-on-kernel.ts'

const test = suite('netem on Linux 6.12', [needs.vm, needs.clang, needs.iproute2])

testsOnKernel(test, '6.12', { files: ['kernel/kernel/qdiscs.test.ts', 'kernel/emulator/netem.test.ts'], steady: true })
test.run()
