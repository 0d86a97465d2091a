import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { openProcess, processStart, signalProcess } from '../../../src/kernel/index.ts'
import { suite } from '../../support/needs.ts'

const test = suite('processes')

const kernel = JSON.stringify(new URL('../../../src/kernel/index.ts', import.meta.url))
const tied = async (parent: number) => {
  const code = `import { dieWithParent } from ${kernel}; dieWithParent(${parent}); console.log('alive')`
  const { stdout, signal } = await execa(process.execPath, ['--input-type=module', '--eval', code], { reject: false })
  return { stdout, signal }
}

test('a process that is tied to its parent goes on; one whose parent has ended by then ends at once', async () => {
  assert.equal(await tied(process.pid), { stdout: 'alive', signal: undefined })
  assert.equal(await tied(process.ppid), { stdout: '', signal: 'SIGKILL' })
})

test('the start of a process stays what it is, and goes with it', async () => {
  const child = spawn('sleep', ['1000'])
  const ended = once(child, 'exit')
  const pid = child.pid ?? 0
  const start = processStart(pid)
  assert.type(start, 'number')
  assert.is.not(start, undefined)
  assert.ok((start ?? 0) >= (processStart(process.pid) ?? Infinity))
  using opened = openProcess(pid)
  assert.is(processStart(pid), start)
  signalProcess(opened, 'SIGTERM')
  assert.equal(await ended, [null, 'SIGTERM'])
  assert.is(processStart(pid), undefined)
  assert.throws(() => signalProcess(opened, 'SIGKILL'), /ESRCH/)
})

test.run()
