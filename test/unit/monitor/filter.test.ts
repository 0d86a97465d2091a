import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { selectSockets } from '../../../src/monitor/sockets/select.ts'
import { tableOfViews } from '../../../src/monitor/sockets/viewed.ts'
import { socketView } from '../../support/socket-view.ts'

const test = suite('filter of sockets')

const sockets = [
  socketView({ cookie: '1', congestion: 'bpf_dctcp', srttUs: 12_000, local: '10.0.0.1:443', cwnd: 10 }),
  socketView({ cookie: '2', congestion: 'bpf_reno', srttUs: 8000, remote: '[2001:db8::1]:443', family: 'ipv6', cwnd: 30 }),
  socketView({ cookie: '3', congestion: 'reno', srttUs: null, state: 'LISTEN', cwnd: null, pacingRate: 1_250_000 }),
]
const chosen = (filter: string): string => selectSockets(tableOfViews(sockets), { filter }).rows.map(({ cookie }) => cookie).join('')

for (const [filter, expected] of [
  ['', '123'],
  ['cc=bpf_dctcp and srtt>10ms', '1'],
  ['cc=bpf_*', '12'],
  ['cc!=bpf_*', '3'],
  ['srtt <= 12000us', '12'],
  ['not srtt<=12ms', '3'],
  ['state=listen', '3'],
  ['port=443', '12'],
  ['port!=443', '3'],
  ['lport=443', '1'],
  ['address=2001:db8::*', '2'],
  ['pacing=10mbit', '3'],
  ['cwnd=10 or cwnd=30 and cc=reno', '1'],
  ['(cwnd=10 or cwnd=30) and cc=bpf_reno', '2'],
  ['not not (cc="reno")', '3'],
] as const) {
  test(`${filter || '(nothing)'}: ${expected}`, () => assert.is(chosen(filter), expected))
}

for (const [filter, column, words] of [
  ['cx=reno', 1, 'did you mean "cc"'],
  ['cc=reno and', 12, 'missing'],
  ['cc>reno', 3, 'is a text'],
  ['srtt>10', 6, 'expected a time'],
  ['cwnd>ten', 6, 'whole number'],
  ['cc', 3, 'expected = or !='],
  ['cc=', 4, 'compared with'],
  ['(cc=reno', 9, 'column 1 is not closed'],
  ['cc=reno cwnd=1', 9, 'expected "and" or "or"'],
  ['state=ESTABLISH', 7, 'did you mean "established"'],
  [`${'('.repeat(200)}cc=reno`, 102, 'within each other'],
] as const) {
  test(`${filter.slice(0, 20)}: an error at column ${column}`, () => {
    assert.throws(
      () => chosen(filter),
      (error: unknown) => {
        if (!(error instanceof UsageError)) return false
        const { message, hint } = error
        assert.match(message, `filter, column ${column}: `)
        assert.match(`${message} ${hint}`, words)
        const [, , pointer = ''] = message.split('\n')
        return pointer.indexOf('^') === column + 1
      },
    )
  })
}

test('an IPv4 address of an IPv6 socket fits as it is shown, and as it is', () => {
  const mapped = [socketView({ cookie: '1', family: 'ipv6', local: '[::ffff:10.0.0.1]:443', remote: '[::ffff:10.0.0.9]:5000' })]
  const isFit = (filter: string): boolean => selectSockets(tableOfViews(mapped), { filter }).matching === 1
  for (const filter of ['local=10.0.0.1', 'local=::ffff:10.0.0.1', 'address=10.0.0.*', 'remote=10.0.0.?', 'local=*.1']) assert.ok(isFit(filter), filter)
  for (const filter of ['local!=10.0.0.1', 'local=0.0.1', 'remote=10.0.0.1']) assert.not(isFit(filter), filter)
})

test('whatever is written is a filter or a UsageError', () => {
  const word = fc.constantFrom('cc', 'srtt', '=', '>', '!=', '(', ')', 'and', 'or', 'not', '10ms', '"', '"a b"', ' ', '!', 'reno', '*')
  fc.assert(
    fc.property(fc.oneof(fc.array(word).map((words) => words.join(' ')), fc.string()), (filter) => {
      try {
        chosen(filter)
      } catch (error) {
        assert.instance(error, UsageError)
      }
    }),
  )
})

test('sorted either way, those without a figure come last', () => {
  const sorted = (reverse: boolean): string =>
    selectSockets(tableOfViews(sockets), { sort: 'srttUs', reverse }).rows.map(({ cookie }) => cookie).join('')
  assert.is(sorted(false), '213')
  assert.is(sorted(true), '123')
  const window = selectSockets(tableOfViews(sockets), { sort: 'congestion', from: 1, count: 1 })
  assert.equal([window.total, window.matching, window.from, window.rows[0]?.cookie], [3, 3, 1, '2'])
})

test.run()
