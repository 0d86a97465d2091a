import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sysctlsFor } from '../../../../src/experiment/run/sysctls.ts'
import { type PathInput, pathOf } from '../../../../src/spec/index.ts'

const test = suite("settings of an experiment's hosts")

/** The largest receive and send buffers. */
function buffers(path: PathInput, own: Record<string, string> = {}): number[] {
  const sysctls = sysctlsFor(pathOf(path), own)
  return ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'].map((name) => Number(sysctls[name]?.split(' ')[2]))
}

const queue = { limit: '20p' }
const small = { rate: '10mbit', rtt: '10ms', queue, reverse: { queue } }

test("buffers are Linux's own, and more where more can be on the way", () => {
  assert.equal(buffers(small), [6_291_456, 4_194_304])
  // 12.5 MB in a round trip, as much in the queue, and four times that.
  assert.equal(buffers({ rate: '1gbit', rtt: '100ms' }).map((bytes) => Math.round(bytes / 1e6)), [100, 100])
})

test('they are numbers that the kernel takes: ints', () => {
  for (const path of [
    { rate: '1gbit', rtt: '1ms', queue: { limit: '400000p' } },
    { rate: '1gbit', rtt: '600ms', queue: { limit: '10bdp' } },
  ]) {
    assert.equal(buffers(path), [0x7fff_ffff, 0x7fff_ffff])
  }
})

test('those of the experiment come before them', () => {
  assert.equal(buffers(small, { 'net.ipv4.tcp_rmem': '4096 8192 16384' }), [16_384, 4_194_304])
})

test.run()
