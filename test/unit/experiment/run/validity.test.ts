import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { brokenFlows, reasonsAgainst } from '../../../../src/experiment/run/validity.ts'
import type { FlowRecord } from '../../../../src/experiment/index.ts'

const test = suite('what speaks against a trial')

const flow: FlowRecord = {
  workload: 0, flow: 0, kind: 'bulk', arm: 'A', cc: 'cubic', family: 'ipv4', direction: 'forward', client: 0, server: 0,
  localPort: 1, remotePort: 2, plannedNs: 0, startNs: 0, endNs: 1, bytes: 1, asked: null, ecn: false, retransmits: 0,
}
const lapses = { late: 3, 'fill-empty': 0, 'rx-full': 0, 'rx-dropped': 0, 'tx-full': 0, 'no-frame': 0 }
const calm = { lapses, lateness: { packets: 1000, p50: 5e3, p99: 9e4, max: 5e6 } }
const facts = { wanted: new Map([['A', 'cubic']]), late: 1e6, failures: [], unread: 0, droppedBefore: 0, stillNs: 9e8 }

test('a good one has nothing, though single packets were late', () => {
  assert.equal(reasonsAgainst(calm, [flow], facts), [])
})

test('each thing that makes figures those of the machine is a reason', () => {
  const cases: [Parameters<typeof reasonsAgainst>, RegExp][] = [
    [[{ ...calm, lapses: { ...lapses, 'rx-dropped': 7 } }, [flow], facts], /^the kernel dropped packets before the emulator \(7\)$/],
    [[{ ...calm, lateness: { ...calm.lateness, p99: 2e6 } }, [flow], facts], /^one of a hundred packets left the emulator 2\.0 ms late or more$/],
    [[calm, [flow], { ...facts, unread: 9 }], /^the record of 9 packets was overwritten/],
    [[calm, [flow], { ...facts, droppedBefore: 181 }], /^the hosts' own interfaces dropped 181 packets before the path$/],
    [[calm, [flow], { ...facts, stillNs: 48.2e9 }], /^nothing ran for 48\.2 s$/],
    [[calm, [flow, flow], { ...facts, failures: ['iperf3 used reno, and not cubic'] }], /^1 flow was not sent as planned: iperf3 used reno, and not cubic$/],
    [[calm, [{ ...flow, error: 'reset' }], facts], /^no flow of arm A went through: reset$/],
    [[calm, [], facts], /^no flow of arm A went through: there was none$/],
    [[calm, [{ ...flow, cc: 'reno' }], facts], /^a flow of arm A used reno$/],
  ]
  for (const [given, expected] of cases) {
    const [reason = '', ...others] = reasonsAgainst(...given)
    assert.match(reason, expected)
    assert.equal(others, [])
  }
})

test('of a flow that broke off is told, and that is what was measured', () => {
  const flows = [flow, { ...flow, error: 'ECONNRESET' }, { ...flow, arm: 'B' }, { ...flow, arm: '', error: 'ETIMEDOUT' }]
  assert.equal(reasonsAgainst(calm, flows.slice(0, 2), facts), [])
  assert.equal(brokenFlows(flows), ['1 of 2 flows of arm A broke off: ECONNRESET', '1 of 1 flows in the background broke off: ETIMEDOUT'])
})

test.run()
