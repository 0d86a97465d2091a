import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Release } from './debian-kernel.ts'
import type { FileLine, GuestJob } from './protocol.ts'
import { runOnKernel } from './run-on-kernel.ts'

/** A processor in software is slow: what a test file may take inside, and all of it. Time inside may be another. */
const fileLimitMs = { steady: 600_000, otherwise: 180_000 } as const
const limitMs = 880_000

/**
 * Declares a test for each test file that is to pass on another kernel. The kernel is booted once, before the first of
 * them. A file may skip nothing but for the lack of `mayLack`.
 */
export function testsOnKernel(
  test: Test,
  release: Release,
  { files, steady = false, mayLack = [] }: Pick<GuestJob, 'files' | 'steady'> & { mayLack?: readonly { otherwise: string }[] },
): void {
  const done = new Map<string, FileLine>()

  test.before(async () => {
    await runOnKernel(release, { files, steady, limitMs: steady ? fileLimitMs.steady : fileLimitMs.otherwise }, limitMs, (line) => done.set(line.name, line))
  })

  for (const file of files) {
    test(file, () => {
      const line = done.get(file)
      assert.ok(line, 'it was not run')
      const failures = line.failures.map(({ test: name, message }) => `${name}: ${message}`)
      if (failures.length > 0) throw new Error([...failures, ...line.output.trim().split('\n').slice(-20)].join('\n'))
      const skips = line.skips.filter(({ reason }) => !mayLack.some(({ otherwise }) => otherwise === reason))
      assert.equal(skips, [])
      assert.ok(line.passed > 0)
    })
  }
}
