import * as assert from 'uvu/assert'
import { RecordingTarget } from '../../../src/loader/index.ts'
import { Flows } from '../../../src/monitor/flow/flows.ts'
import type { Lack } from '../../../src/monitor/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { thisKernel } from '../../support/this-kernel.ts'

const test = suite('connections at their ACKs', [needs.structOps])

test('what nobody has looked at for a minute of looks is traced no longer, and nothing is left attached', () => {
  using target = new RecordingTarget(thisKernel())
  const lacks: Lack[] = []
  using flows = new Flows(target, lacks)
  const traced = (): boolean => target.open.length > 0
  const first = flows.get('1')
  assert.equal([lacks, traced()], [[], true])
  flows.look(0)
  flows.look(59_000)
  assert.is(flows.get('1'), first)
  // Nobody looks while it is paused.
  flows.look(600_000)
  assert.is(flows.get('1'), first)
  flows.look(600_250)
  flows.get('2')
  flows.look(660_500)
  assert.ok(traced())
  assert.is.not(flows.get('1'), first)
  flows.look(700_000)
  flows.look(760_001)
  assert.not.ok(traced())
  flows.get('1')
  assert.ok(traced())
})

test('what is no cookie is not traced', () => {
  using target = new RecordingTarget(thisKernel())
  using flows = new Flows(target, [])
  assert.is(flows.get('nonsense'), undefined)
  assert.equal(target.open, [])
})

test.run()
