import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { compileFixture } from '../compile.ts'
import { debianKernel, type Release } from './debian-kernel.ts'
import { runInside } from './machine.ts'
import type { GuestJob, GuestLine } from './protocol.ts'

/** A processor in software is slow: what a test file may take inside, and all of it. */
const fileLimitMs = 180_000
const limitMs = 880_000

type FileLine = Extract<GuestLine, { line: 'file' }>

/**
 * Declares a test for each test file that is to pass on another kernel. The kernel is booted once, before the first of
 * them. A file may not skip what `mayLack` does not name.
 */
export function testsOnKernel(
  test: Test,
  release: Release,
  { files, modules, mayLack = [] }: Pick<GuestJob, 'files' | 'modules'> & { mayLack?: readonly string[] },
): void {
  const done = new Map<string, FileLine>()

  test.before(async () => {
    const kernel = await debianKernel(release)
    await compileAll()
    for (const line of await runInside(kernel, { files, modules, limitMs: fileLimitMs }, limitMs)) {
      if (line.line === 'up') assert.is(line.release, kernel.version)
      if (line.line === 'file') done.set(line.name, line)
    }
  })

  for (const file of files) {
    test(file, () => {
      const line = done.get(file)
      assert.ok(line, 'it was not run')
      const failures = line.failures.map(({ test: name, message }) => `${name}: ${message}`)
      if (failures.length > 0) throw new Error([...failures, ...line.output.trim().split('\n').slice(-20)].join('\n'))
      const skips = line.skips.filter(({ reason }) => !mayLack.includes(reason))
      assert.equal(skips, [])
      assert.ok(line.passed > 0)
    })
  }
}

/** There is no compiler inside: objects come from here. One that does not compile is missed by the test that wants it. */
async function compileAll(): Promise<void> {
  const directory = join(import.meta.dirname, '../../fixtures/bpf')
  for (const file of globSync('*.bpf.c', { cwd: directory })) {
    if (readFileSync(join(directory, file), 'utf8').includes('SEC(')) await compileFixture(file.replace('.bpf.c', ''))
  }
}
