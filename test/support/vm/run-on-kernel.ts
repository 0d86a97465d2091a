import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { compileFixture } from '../compile.ts'
import { debianKernel, type Release } from './debian-kernel.ts'
import { runInside } from './machine.ts'
import type { FileLine, GuestJob } from './protocol.ts'

/** Algorithms, and with the first kernel functions that programs call; queueing disciplines. */
const modules = ['tcp_dctcp', 'tcp_bbr', 'sch_netem', 'sch_red']

/** Boots the kernel of a release, runs test files on it, and tells of each when it ends. */
export async function runOnKernel(release: Release, job: Omit<GuestJob, 'modules'>, limitMs: number, onFile: (line: FileLine) => void): Promise<void> {
  const kernel = await debianKernel(release)
  await compileAll()
  await runInside(kernel, { ...job, modules }, limitMs, (line) => {
    if (line.line === 'up') assert.is(line.release, kernel.version)
    if (line.line === 'file') onFile(line)
  })
}

/** There is no compiler inside: objects come from here. One that does not compile is missed by the test that wants it. */
async function compileAll(): Promise<void> {
  const directory = join(import.meta.dirname, '../../fixtures/bpf')
  for (const file of globSync('*.bpf.c', { cwd: directory })) {
    if (readFileSync(join(directory, file), 'utf8').includes('SEC(')) await compileFixture(file.replace('.bpf.c', ''))
  }
}
