import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { needs, suite } from '../../support/needs.ts'

/** The command as it is installed: a few files that a bundler made, which also start processes of their own. */
const test = suite('the built command', [needs.root])

const root = join(import.meta.dirname, '../../..')

test('a path, with all the processes that it is made of', async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
  const options = ['--rate', '100mbit', '--rtt', '2ms', '--json']
  const { stdout } = await execa(process.execPath, [join(root, 'dist/bin/ccdk.js'), 'path', 'up', ...options, '--', 'echo', 'ran'])
  const [printed, document = ''] = stdout.split('\n')
  assert.is(printed, 'ran')
  const { path }: { path: { exitCode: number } } = JSON.parse(document)
  assert.is(path.exitCode, 0)
})

test.run()
