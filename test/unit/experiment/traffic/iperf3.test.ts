import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { TestbedError } from '../../../../src/errors/index.ts'
import { readIperf3 } from '../../../../src/experiment/traffic/iperf3/report.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('the report of iperf3')

/** As iperf 3.12 prints it, with what is not asked for left out. */
const report = {
  start: { connected: [{ socket: 5, local_host: '10.0.0.1', local_port: 61_000 }], version: 'iperf 3.12' },
  intervals: [{ streams: [{ socket: 5, bytes: 120_000, rtt: 60 }] }],
  end: {
    streams: [
      {
        sender: { socket: 5, start: 0, end: 1.000111, seconds: 1.000111, bytes: 125_000, bits_per_second: 1e6, retransmits: 38, sender: true },
        receiver: { socket: 5, start: 0, end: 1.003406, seconds: 1.000111, bytes: 124_000, bits_per_second: 1e6, sender: true },
      },
    ],
    sender_tcp_congestion: 'reno',
    receiver_tcp_congestion: 'reno',
  },
}
const text = JSON.stringify(report, undefined, '\t')

test('says what the receiver had, and what was sent again', () => {
  const expected = { bytes: 124_000, seconds: 1.003406, retransmits: 38, congestion: { sender: 'reno', receiver: 'reno' } }
  assert.equal(readIperf3(text), expected)
  assert.equal(readIperf3(`warning: Ignoring nonsense TCP MSS 0\niperf3: {odd}\n${text}\n`), expected)
})

const refused: [title: string, text: string, message: RegExp][] = [
  ['an error, though it ended with 0', JSON.stringify({ ...report, error: 'unable to connect to server: Connection refused' }), /^iperf3: unable to connect to server: Connection refused$/],
  ['an error without anything else', '{"start":{},"end":{},"error":"the server is busy"}', /^iperf3: the server is busy$/],
  ['a usage text', 'iperf3: parameter error - bad\nUsage: iperf3', /no report of its test .*but: iperf3: parameter error - bad/],
  ['nothing', '', /no report/],
  ['half of it', text.slice(0, -20), /no report/],
  ['two of it', `${text}\n${text}`, /no report/],
  ['NaN', text.replace('1.003406', '-nan'), /no report/],
  ['what cJSON makes of NaN', text.replace('1.003406', 'null'), /end\.streams\.0\.receiver\.end/],
  ['less than no bytes', text.replace('124000', '-1'), /end\.streams\.0\.receiver\.bytes/],
  ['a text for a number', text.replace('"retransmits": 38', '"retransmits": "38"'), /retransmits/],
  ['no stream', JSON.stringify({ ...report, end: { ...report.end, streams: [] } }), /end\.streams/],
  ['no algorithm', JSON.stringify({ ...report, end: { ...report.end, receiver_tcp_congestion: undefined } }), /receiver_tcp_congestion/],
  ['a number', '{}\n7', /no report/],
]

for (const [title, printed, message] of refused) {
  test(`refuses ${title}`, () => assert.throws(() => readIperf3(printed), (error: unknown) => error instanceof TestbedError && message.test(error.message)))
}

test('whatever is printed gives a report or one error of ours', () => {
  const cut = fc.tuple(fc.nat(text.length), fc.nat(text.length), fc.string()).map(([from, to, odd]) => text.slice(0, from) + odd + text.slice(to))
  const any = fc.oneof(cut, fc.string(), fc.json(), fc.json().map((json) => `{"end":${json}}`))
  fc.assert(
    fc.property(any, (printed) => {
      try {
        const { bytes, seconds } = readIperf3(printed)
        return bytes >= 0 && seconds > 0
      } catch (error) {
        return error instanceof TestbedError
      }
    }),
  )
})

test.run()
