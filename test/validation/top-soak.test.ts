// gate: timeout 2700s
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { needs, suite } from '../support/needs.ts'
import { soak, soaked } from '../support/tui/soak.ts'
import { soaking } from './proofs/soak.ts'
import { lineThrough } from './support/line.ts'

const test = suite('ccdk top left open', [needs.root, needs.structOps, needs.tmux, needs.gcc, needs.iproute2])

const root = join(import.meta.dirname, '../..')
/** More growth than this an hour is a leak: what V8 moves by from one collection to the next is as much. */
const mostGrowthMb = 12
const minutes = Number(process.env['CCDK_SOAK_MINUTES'] ?? 30)

test('for half an hour under 5,000 connections a second its memory stays, it misses nothing, and the terminal is as it was', async () => {
  await execa(process.execPath, ['scripts/bundle.ts'], { cwd: root })
  const plan = { rate: 5000, seconds: 60 * minutes, open: 100, everySeconds: 60 }
  const found = await soak(join(root, 'dist/bin/ccdk.js'), plan)
  const { memory, lives, seconds, connections, looks, recordedMb, states } = found
  const settled = memory.filter((figure) => figure.seconds >= 5 * 60)
  const mb = (figure: { mb: number } | undefined): number => figure?.mb ?? Number.NaN
  const { slope, error } = lineThrough(settled.map((figure) => [figure.seconds / 3600, figure.mb]))
  const delays = lives.flatMap((life) => [(life.seenRegistered ?? Number.NaN) - life.registered, (life.seenUnregistered ?? Number.NaN) - life.unregistered])
  soaking.record({
    minutes: seconds / 60,
    connectionsPerSecond: connections / seconds,
    open: plan.open,
    looks,
    recordedMb,
    memory: { first: mb(memory[0]), settled: mb(settled[0]), last: mb(memory.at(-1)), most: Math.max(...memory.map(mb)) },
    slope,
    slopeError: error,
    lives: lives.length,
    latestMs: Math.max(...delays),
    states,
  })
  soaked(found)
  assert.ok(connections / seconds > plan.rate / 2, `${Math.round(connections / seconds)} connections a second`)
  assert.ok(slope < mostGrowthMb, `it grows by ${slope.toFixed(1)} MB an hour`)
})

test.run()
