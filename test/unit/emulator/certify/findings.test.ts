import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findDelay, scheduleDelay } from '../../../../src/emulator/certify/delay.ts'
import { excuse, type Finding, type Subject, usualTolerances, type Verdict } from '../../../../src/emulator/certify/finding.ts'
import { findLoss, scheduleLoss } from '../../../../src/emulator/certify/loss.ts'
import { findRate, scheduleRate } from '../../../../src/emulator/certify/rate.ts'
import { findStep, scheduleStep } from '../../../../src/emulator/certify/step.ts'
import { type LinkOptions, Random } from '../../../../src/link-model/index.ts'
import { type PathInput, pathOf } from '../../../../src/spec/index.ts'
import { probed } from './virtual.ts'

/** Probes pass a link in virtual time, where nothing is late: whatever differs from what was asked is the link's. */
const test = suite('what probes find')

const frame = 1514
const tolerances = { ...usualTolerances, confidence: 0.9999 }

function linkOf(input: PathInput): LinkOptions {
  const [link] = pathOf(input).links
  if (link === undefined) throw new Error('no link')
  return link.right
}

/** All that is found of a link when something was asked for. */
function findings(real: PathInput, asked: PathInput, seed = 1): Finding[] {
  const [link, wanted] = [linkOf(real), linkOf(asked)]
  const random = new Random(seed, 'test')
  const delay = scheduleDelay(wanted, 1, () => random.float())
  const rate = scheduleRate(wanted, frame, 1)
  const step = scheduleStep(wanted, frame)
  const loss = scheduleLoss(wanted, { least: 0.5 })
  return [
    ...findDelay(wanted, probed(link, delay, { frame: 60, seed }), tolerances),
    ...(rate === undefined ? [] : [findRate(wanted, frame, probed(link, rate, { frame, seed }), tolerances)]),
    ...(step === undefined ? [] : findStep(wanted, frame, probed(link, step, { frame, seed, ecn: 2 }), tolerances)),
    ...findLoss(wanted, probed(link, loss, { frame: 60, seed, ecn: 2 }), tolerances),
  ]
}

const offOf = (found: readonly Finding[]): Subject[] => found.filter(({ verdict }) => verdict === 'off').map(({ subject }) => subject)
const verdictOf = (found: readonly Finding[], subject: Subject): Verdict | undefined => found.find((one) => one.subject === subject)?.verdict

const trace = { kind: 'trace', text: '1\n1\n3\n7\n8\n8\n8\n20\n', file: 'a trace', opportunity: 1514 } as const
const base: PathInput = { rate: '50mbit', rtt: '10ms' }
const honest: Record<string, PathInput> = {
  'a plain link': base,
  'a slow one': { rate: '100kbit', rtt: '10ms' },
  'a fast one': { rate: '1gbit', rtt: '1ms' },
  'uniform jitter': { ...base, jitter: '1ms' },
  'normal jitter': { ...base, rtt: '40ms', jitter: { amount: '2ms', distribution: 'normal' } },
  'packets that overtake': { ...base, jitter: { amount: '2ms', reorder: true } },
  'loss': { ...base, loss: '1%' },
  'rare loss': { ...base, loss: '1e-4' },
  'periodic loss': { ...base, loss: { every: 50 } },
  'loss in bursts': { ...base, loss: { bursts: { toBad: '1%', toGood: '25%' } } },
  'loss in two states': { ...base, loss: { bursts: { toBad: '1%', toGood: '25%', lossInBad: '50%', lossInGood: '0.1%' } } },
  'marks and duplicates': { ...base, loss: '1%', mark: '2%', duplicate: '3%' },
  'a step in packets': { ...base, queue: { limit: '100p', ecn: { step: '20p' } } },
  'a step in bytes': { ...base, queue: { limit: '200kb', ecn: { step: '30kb' } } },
  'a step in time': { ...base, queue: { limit: '200kb', ecn: { step: '2ms' } } },
  'steps of a rate': { ...base, rate: { steps: [{ at: '0s', rate: '20mbit' }, { at: '100ms', rate: '50mbit' }], every: '200ms' } },
  'a rate that goes down once': { ...base, rate: { steps: [{ at: '0s', rate: '50mbit' }, { at: '1s', rate: '20mbit' }] } },
  'a short queue': { ...base, queue: { limit: '4p' } },
  'codel': { ...base, queue: { codel: {}, limit: '100p' } },
  'a policer': { ...base, policer: { rate: '20mbit', burst: '10kb' } },
}
for (const [title, spec] of Object.entries(honest)) {
  test(`${title}: nothing is off`, () => {
    const found = findings(spec, spec, 2)
    assert.equal(offOf(found), [], JSON.stringify(found.filter(({ verdict }) => verdict !== 'ok')))
  })
}

test('a trace: nothing is off', () => {
  const link: LinkOptions = { ...linkOf(base), rate: trace, queue: { kind: 'droptail', limit: { packets: 1000 } } }
  const schedule = scheduleRate(link, frame, 1)
  assert.ok(schedule)
  const finding = findRate(link, frame, probed(link, schedule, { frame }), tolerances)
  assert.is(finding.verdict, 'ok', JSON.stringify(finding))
})

test('the first packets may come without a stamp', () => {
  const link = linkOf(base)
  const schedule = scheduleRate(link, frame, 1)
  assert.ok(schedule)
  const result = probed(link, schedule, { frame })
  result.arrivals.at.fill(Number.NaN, 0, 5)
  const finding = findRate(link, frame, result, tolerances)
  assert.is(finding.verdict, 'ok', JSON.stringify(finding))
})

const step = (packets: string): PathInput => ({ rate: '20mbit', rtt: '10ms', queue: { limit: '100p', ecn: { step: packets } } })
const bursts = (toBad: string, toGood: string): PathInput => ({ ...base, loss: { bursts: { toBad, toGood } } })
const lies: [title: string, real: PathInput, asked: PathInput, off: Subject[]][] = [
  ['a slower link', { ...base, rate: '49mbit' }, base, ['rate']],
  ['a faster link', { ...base, rate: '51mbit' }, base, ['rate']],
  ['more delay', { ...base, rtt: '10.8ms' }, base, ['delay', 'delay p99']],
  ['less delay', { ...base, rtt: '9.8ms' }, base, ['delay']],
  ['more jitter', { ...base, jitter: '1.4ms' }, { ...base, jitter: '1ms' }, ['jitter']],
  ['loss that was not asked for', { ...base, loss: '0.1%' }, base, ['loss']],
  ['no loss where it was', base, { ...base, loss: '1%' }, ['loss']],
  ['twice the loss', { ...base, loss: '2%' }, { ...base, loss: '1%' }, ['loss']],
  ['three times a rare loss', { ...base, loss: '3e-4' }, { ...base, loss: '1e-4' }, ['loss']],
  ['the same loss in longer bursts', bursts('0.5%', '12.5%'), bursts('1%', '25%'), ['loss bursts']],
  ['marks that were not asked for', { ...base, mark: '1%' }, base, ['marks']],
  ['duplicates', { ...base, duplicate: '1%' }, base, ['duplicates']],
  ['packets that overtake', { ...base, jitter: { amount: '1ms', reorder: true } }, { ...base, jitter: '1ms' }, ['reordered']],
  ['a later step', step('30p'), step('20p'), ['marked from', 'unmarked to']],
  ['no step', { ...step('20p'), queue: { limit: '100p' } }, step('20p'), ['marked from', 'unmarked to']],
]
for (const [title, real, asked, off] of lies) {
  test(`${title}: that is off, and nothing else`, () => {
    const found = findings(real, asked, 3)
    assert.equal(offOf(found), off, JSON.stringify(found))
  })
}

test('with too few probes nothing is said of rare losses', () => {
  const link = linkOf({ ...base, loss: '1e-4' })
  const schedule = scheduleLoss(link, { least: 0.1, most: 0.2 })
  assert.is(verdictOf(findLoss(link, probed(link, schedule, { frame: 60 }), usualTolerances), 'loss'), 'too few')
})

test('a sender that is held up is told from a link that is slow', () => {
  const link = linkOf(base)
  const schedule = scheduleRate(link, frame, 1)
  assert.ok(schedule)
  // For 100 ms: the queue has run empty.
  const held = (at: number): number => (at > 0.4e9 ? 100e6 : 0)
  const finding = findRate(link, frame, probed(link, schedule, { frame, held }), usualTolerances)
  assert.is(finding.verdict, 'disturbed')
  assert.match(finding.reason, /this machine left the link without anything to send for 8\.\d%/)
})

test('what is off is excused by a disturbance, and what is right stays so', () => {
  const [delay, p99] = findDelay(linkOf(base), probed(linkOf({ ...base, rtt: '10.2ms' }), scheduleDelay(linkOf(base), 1, Math.random), { frame: 60 }), usualTolerances)
  assert.ok(delay && p99)
  assert.equal([delay.verdict, p99.verdict], ['off', 'ok'])
  const excused = [delay, p99].map((finding) => excuse(finding, ['the emulator fell behind: late 1', 'the clock was set by 50 µs']))
  assert.equal(excused.map(({ verdict, reason }) => [verdict, reason]), [
    ['disturbed', 'the emulator fell behind: late 1; the clock was set by 50 µs'],
    ['ok', ''],
  ])
})

test('a link that lets nothing through is off', () => {
  const link = linkOf(base)
  const nothing = { ...link, loss: { kind: 'independent', probability: 1 } } as const
  const schedule = scheduleRate(link, frame, 0.1)
  assert.ok(schedule)
  assert.is(findDelay(link, probed(nothing, scheduleDelay(link, 0.1, Math.random), { frame: 60 }), tolerances)[0]?.verdict, 'off')
  assert.is(findRate(link, frame, probed(nothing, schedule, { frame }), tolerances).verdict, 'off')
  assert.is(verdictOf(findLoss(link, probed(nothing, scheduleLoss(link, { least: 0.1 }), { frame: 60 }), tolerances), 'loss'), 'off')
})

test('a link without a rate has none to be measured', () => {
  assert.is(scheduleRate({ ...linkOf(base), rate: { kind: 'constant', rate: Infinity } }, frame, 1), undefined)
})

test.run()
