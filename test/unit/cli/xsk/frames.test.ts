import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { framesOf } from '../../../../cli/xsk/capture.ts'

const test = suite('the memory of ccdk xsk dump')

test('rings are powers of two, and interfaces with many queues do not take all memory', () => {
  assert.equal([1, 8, 9, 64, 128].map(framesOf), [8192, 8192, 4096, 1024, 512])
  for (let queues = 1; queues <= 128; queues += 1) {
    assert.ok(Number.isInteger(Math.log2(framesOf(queues))))
    assert.ok(queues * framesOf(queues) * 4096 <= 256 << 20)
  }
  assert.is(framesOf(4096), 512)
})

test.run()
