import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { droppedSending } from '../../../src/testbed/device-counters.ts'

const test = suite('counters of interfaces')

// Of a run in which iperf3 sent over a veth without a queue.
const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0: 5766020  110892    0    4    0     0          0         0 1909632866 1273746    0  181    0     0       0          0
`

test('what was dropped instead of being sent, of all interfaces', () => {
  assert.is(droppedSending(text), 181)
  assert.is(droppedSending(`${text}  eth1: 1 1 0 0 0 0 0 0 1 1 0 19 0 0 0 0\n`), 200)
  assert.is(droppedSending(''), 0)
})

test.run()
