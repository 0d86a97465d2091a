import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { experimentOf } from '../../../../src/experiment/index.ts'
import { itemWords } from '../../../../src/experiment/workload/plans/words.ts'

const test = suite('the words of a workload')

test('each kind of traffic is told', () => {
  const spec = experimentOf({
    name: 'words',
    arms: { A: { cc: 'cubic' }, B: { cc: 'reno' } },
    path: { rate: '10mbit', rtt: '10ms' },
    workload: [
      { bulk: { flows: 4, seconds: 10, stagger: '1s' } },
      { bulk: { seconds: 10 }, cc: 'cubic', start: '2s' },
      { shortFlows: { interval: '12345us', sizes: '10kb', seconds: 5 } },
      { onOff: { flows: 2, on: '1s', off: '2s', seconds: 60 }, direction: 'reverse' },
      { requestResponse: { response: '64kb', seconds: 10 }, family: 'ipv6' },
      { incast: { senders: 16, bytes: '64kb', every: '100ms', seconds: 10 } },
      { video: { bitrates: ['1mbit', '3mbit'], seconds: 60 } },
    ],
  })
  assert.equal(spec.scenarios[0]?.items.map(itemWords), [
    '4 flows that send all the time, each 1s after the one before, for 10s',
    '1 flow that sends all the time, for 10s, from 2s on, with cubic, in the background',
    'short flows of 10kb on average, one each 12.3ms, for 5s',
    '2 flows, on for 1s and off for 2s in turn, for 60s, to the clients',
    '1 flow that asks for 64kb again and again, for 10s, over IPv6',
    '16 senders of 64kb each at once, every 100ms, for 10s',
    '1 flow of video at 1mbit, 3mbit, for 60s',
  ])
})

test.run()
