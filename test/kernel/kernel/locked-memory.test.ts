import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { needs, suite } from '../../support/needs.ts'

const test = suite('locked memory', [needs.root])

const module = new URL('../../../src/kernel/locked-memory.ts', import.meta.url).href
/** What a process with little locked memory answers, and its limit afterwards: for a kernel of a version, asked twice. */
async function asked(version: number): Promise<string[]> {
  const script = `import(${JSON.stringify(module)}).then(({ raiseLockedMemory }) => {
    console.log(raiseLockedMemory(${version}), raiseLockedMemory(${version}))
    console.log(/Max locked memory +(\\S+)/.exec(require('node:fs').readFileSync('/proc/self/limits', 'utf8'))[1])
  })`
  const limited = 'ulimit -l 64; exec "$@"'
  const { stdout } = await execa('sh', ['-c', limited, 'sh', process.execPath, '-e', script])
  return stdout.split('\n')
}
const old = (5 << 16) | (10 << 8)

test('is raised once on a kernel that counts BPF as locked, where the process may', async () => {
  const [answers, limit] = await asked(old)
  // Without CAP_SYS_RESOURCE it stays, and nobody tries again.
  assert.ok((answers === 'true false' && limit === 'unlimited') || (answers === 'false false' && limit === '65536'), `${answers} ${limit}`)
})

test('stays as it is on newer kernels', async () => {
  assert.equal(await asked((5 << 16) | (11 << 8)), ['false false', '65536'])
})

test.run()
