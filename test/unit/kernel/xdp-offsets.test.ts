import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import { parseOffsets } from '../../../src/kernel/xdp/rings.ts'

const test = suite('where the rings of AF_XDP are')

const words = (...values: number[]): DataView => new DataView(BigUint64Array.from(values, BigInt).buffer)

test('as kernels say it since 5.4', () => {
  const offsets = parseOffsets(words(...[0, 1, 2, 3].flatMap((ring) => [ring, 64, 320, 128])))
  assert.equal(offsets.rx, { producer: 0, consumer: 64, descriptors: 320, flags: 128 })
  assert.equal(offsets.completion, { producer: 3, consumer: 64, descriptors: 320, flags: 128 })
})

test('as older ones do, without flags', () => {
  const offsets = parseOffsets(words(...[0, 1, 2, 3].flatMap((ring) => [ring, 64, 128])))
  assert.equal(offsets.tx, { producer: 1, consumer: 64, descriptors: 128, flags: 68 })
  assert.equal(offsets.fill, { producer: 2, consumer: 64, descriptors: 128, flags: 68 })
})

test('other answers are refused', () => {
  for (const size of [0, 8, 88, 104, 120]) {
    assert.throws(() => parseOffsets(new DataView(new ArrayBuffer(size))), (error: unknown) => error instanceof ObjectError)
  }
})

test.run()
