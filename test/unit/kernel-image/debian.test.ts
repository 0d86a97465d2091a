import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { readKernelImage } from '../../../src/kernel-image/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { debianKernel } from '../../support/vm/debian-kernel.ts'

const test = suite("Debian's kernels", [needs.kernelImages])

/** The first of them is packed with lz4, the second with zstd. */
const releases = ['6.1', '6.12'] as const

for (const release of releases) {
  test(`${release}: types, release and version from the boot image`, async () => {
    const { image, version } = await debianKernel(release)
    const found = await readKernelImage(await readFile(image), image)
    assert.is(found.release, version)
    const [major = 0, minor = 0] = release.split('.').map(Number)
    assert.is(found.version >> 8, (major << 8) | minor)
    // The patch level stands in Debian's own version alone for the older one.
    assert.ok((found.version & 255) > 0)
    assert.ok(found.btf.find('bpf_struct_ops_tcp_congestion_ops', 'struct') !== undefined)
    assert.ok(found.btf.find('tcp_reno_ssthresh', 'func') !== undefined)
  })
}

test.run()
