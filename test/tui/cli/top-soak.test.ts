// gate: timeout 300s
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { needs, suite } from '../../support/needs.ts'
import { soak, soaked } from '../../support/tui/soak.ts'

const test = suite('ccdk top while connections come and go', [needs.root, needs.structOps, needs.tmux, needs.gcc, needs.iproute2])

const root = join(import.meta.dirname, '../../..')

test('it misses no registration, counts what is open, and leaves the terminal as it was', async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
  const found = await soak(join(root, 'dist/bin/ccdk.js'), { rate: 1000, seconds: 8, open: 100, everySeconds: 4 })
  assert.ok(found.connections > 0)
  soaked(found)
})

test.run()
