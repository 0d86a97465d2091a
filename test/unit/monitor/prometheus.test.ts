import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { prometheusText } from '../../../src/monitor/index.ts'
import { metricsIn } from '../../support/metrics.ts'
import { algorithmView, snapshot } from '../../support/snapshot.ts'
import { socketView } from '../../support/socket-view.ts'

const test = suite('metrics')

test('a page is read back as what was seen', () => {
  const rows = [socketView({ srttUs: 2000 }), socketView({ srttUs: 20_000, cwnd: 32 }), socketView({ state: 'LISTEN', srttUs: null, cwnd: null })]
  const page = prometheusText(snapshot({ algorithms: [algorithmView()], sockets: { total: 9, matching: 3, from: 0, rows } }))
  const metrics = metricsIn(page)
  const value = (name: string, labels: Record<string, string> = {}) =>
    metrics.find((metric) => metric.name === name && Object.entries(labels).every(([label, text]) => metric.labels[label] === text))?.value
  assert.is(value('ccdk_sockets'), 9)
  assert.is(value('ccdk_struct_ops_refcnt', { name: 'bpf_dctcp', map_id: '7' }), 3)
  assert.is(value('ccdk_struct_ops_calls_total', { member: 'cong_avoid' }), 4000)
  assert.is(value('ccdk_struct_ops_call_seconds_total', { member: 'cong_avoid' }), 0.0005)
  assert.is(value('ccdk_tcp_sockets', { congestion: 'reno', state: 'LISTEN' }), 1)
  assert.is(value('ccdk_tcp_cwnd_packets', { congestion: 'reno' }), 42)
  assert.is(value('ccdk_tcp_srtt_seconds_bucket', { le: '0.005' }), 1)
  assert.is(value('ccdk_tcp_srtt_seconds_count'), 2)
})

test('names that somebody chose do not break the page', () => {
  const page = prometheusText(snapshot({ algorithms: [algorithmView({ name: 'a"} 1\n\\b' })] }))
  assert.ok(metricsIn(page).some(({ name, labels }) => name === 'ccdk_struct_ops_state' && labels['name'] === 'a"} 1\n\\b'))
})

test.run()
