import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type Certificate, certifyPath, type CertifyOptions, openPath } from '../../../src/emulator/index.ts'
import { buildTopology } from '../../../src/emulator/topology/build.ts'
import { planTopology, portOf } from '../../../src/emulator/topology/plan.ts'
import { createNamespace, Interfaces, openFds } from '../../../src/kernel/index.ts'
import { type PathInput, pathOf } from '../../../src/spec/index.ts'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'

/**
 * Tolerances are wide here and a row that was disturbed is none that is wrong: how exact the emulator is on a machine that
 * has nothing else to do is measured in bench/.
 */
const test = suite('certificates', [needs.root, needs.iproute2])

const tolerances = { rate: 0.02, delay: 3e6, delayP99: 1e9, confidence: 0.99999 }
const base: PathInput = { rate: '50mbit', rtt: '20ms' }

async function certificateOf(input: PathInput, options: CertifyOptions & { told?: PathInput } = {}): Promise<Certificate> {
  await using _ = await machineLock('traffic')
  await using path = await openPath(pathOf(input))
  const { told, ...rest } = options
  return await certifyPath(path, { quick: true, tolerances, ...rest, ...(told === undefined ? {} : { asked: pathOf(told).links }) })
}

const rows = ({ findings }: Certificate, ...verdicts: string[]): string[] =>
  findings.filter(({ verdict }) => verdicts.includes(verdict)).map(({ subject, direction }) => `${subject} ${direction}`)

/** The processes that this one has started. */
const children = (): string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter((pid) => pid !== '')

test('a path is what was asked for, both ways, and nothing is left of the probes', async () => {
  const [fds, processes] = [openFds(), children()]
  const certificate = await certificateOf({ ...base, loss: '1%', mark: '2%', duplicate: '1%', queue: { limit: '100p', ecn: { step: '20p' } } })
  assert.equal(rows(certificate, 'off'), [], JSON.stringify(certificate.findings))
  const right = ['delay', 'delay p99', 'rate', 'marked from', 'unmarked to', 'loss', 'marks', 'duplicates', 'reordered']
  const left = ['delay', 'delay p99', 'rate', 'loss', 'marks', 'duplicates', 'reordered']
  assert.equal(
    certificate.findings.map(({ subject, direction }) => `${subject} ${direction}`),
    [...right.map((subject) => `${subject} right`), ...left.map((subject) => `${subject} left`)],
  )
  // Of a bare wire: less than any machine takes to wake.
  assert.ok(certificate.own.delay > 0 && certificate.own.delay < 100e3, `${certificate.own.delay}`)
  assert.equal(openFds(), fds)
  assert.equal(children(), processes)
})

test('a path that is not what was asked for is called off where it is', async () => {
  const lie: PathInput = { rate: '60mbit', rtt: '40ms' }
  const certificate = await certificateOf({ ...base, loss: '1%' }, { told: lie })
  const wrong = new Set(rows(certificate, 'off', 'disturbed'))
  for (const row of ['delay right', 'rate right', 'loss right', 'delay left', 'rate left']) assert.ok(wrong.has(row), `${row}: ${JSON.stringify(certificate.findings)}`)
  const off = rows(certificate, 'off')
  for (const row of ['loss left', 'marks right', 'duplicates right', 'reordered right']) assert.not(off.includes(row), row)
  assert.not(certificate.verdict === 'ok')
})

test('each link of a parking lot by itself, and jitter', async () => {
  const links = [
    { rate: '40mbit', rtt: '10ms', jitter: '1ms' },
    { rate: '20mbit', rtt: '20ms' },
  ]
  const certificate = await certificateOf({ links })
  assert.equal(rows(certificate, 'off'), [], JSON.stringify(certificate.findings))
  const rates = certificate.findings.filter(({ subject }) => subject === 'rate')
  assert.equal(
    rates.map(({ link, direction, asked }) => [link, direction, asked.least]),
    [[0, 'right', 40e6], [0, 'left', 40e6], [1, 'right', 20e6], [1, 'left', 20e6]],
  )
})

test('the rate of the kernel’s own token bucket is found, and another is not', async () => {
  await using _ = await machineLock('traffic')
  using middle = createNamespace()
  const plan = planTopology([{ role: 'clients', hosts: 1 }, { role: 'servers', hosts: 1 }])
  await using hosts = await buildTopology(plan, middle, { mtu: 1500 })
  using interfaces = new Interfaces(middle)
  interfaces.createBridge({ name: 'bridge', index: 500 }, 1500)
  interfaces.bringUp('bridge')
  for (const segment of plan.keys()) {
    interfaces.setMaster(portOf(segment), 'bridge')
    const inside = ['nsenter', `--net=/proc/${process.pid}/fd/${middle.number}`]
    const bucket = ['tc', 'qdisc', 'add', 'dev', portOf(segment), 'root', 'tbf', 'rate', '20mbit', 'burst', '3028', 'limit', '150kb']
    await execa('env', [...inside, ...bucket])
  }
  const lapses = { late: 0, 'fill-empty': 0, 'rx-full': 0, 'rx-dropped': 0, 'tx-full': 0, 'no-frame': 0 }
  const linksOf = (rate: string) => pathOf({ rate, delay: '0ms', queue: { limit: '100p' }, reverse: { queue: { limit: '100p' } } }).links
  const path = { hosts: hosts.all, links: linksOf('20mbit'), mtu: 1500, statistics: () => Promise.resolve({ lapses, links: [] }) }
  const right = await certifyPath(path, { quick: true, tolerances })
  assert.equal(rows(right, 'off'), [], JSON.stringify(right.findings))
  const wrong = await certifyPath(path, { quick: true, tolerances, asked: linksOf('25mbit') })
  const found = rows(wrong, 'off', 'disturbed')
  assert.ok(found.includes('rate right') && found.includes('rate left'), JSON.stringify(wrong.findings))
})

const wide = ['--within', 'rate=2%', '--within', 'delay=3ms', '--within', 'p99=1s', '--within', 'confidence=99.999%']

test('ccdk path certify: a table, a document, and exit code 7 for what is not so', async () => {
  const ran = await ccdk(['path', 'certify', '--quick', '--rate', '50mbit', '--rtt', '10ms', ...wide])
  assert.ok(ran.exitCode === 0 || ran.stderr.includes('the measurement was disturbed'), ran.stdout + ran.stderr)
  assert.match(ran.stdout, /^to the servers +ASKED +MEASURED +ERROR +WITHIN +VERDICT$/m)
  assert.match(ran.stdout, /^ {2}rate +50\.000 Mbit\/s +\d+\.\d+ Mbit\/s/m)
  // A microsecond is less than it takes the emulator to wake.
  const strict = await ccdk(['path', 'certify', '--quick', '--rate', '50mbit', '--rtt', '10ms', '--json', '--within', 'delay=1ns'])
  assert.is(strict.exitCode, 7, strict.stdout)
  const { certificate } = await documentOf<{ certificate: Certificate }>(strict)
  assert.not(certificate.verdict === 'ok')
  assert.ok(rows(certificate, 'off', 'disturbed').includes('delay right'))
})

test('what cannot be is refused before anything is made', async () => {
  const link = ['--rate', '50mbit', '--rtt', '10ms']
  for (const [args, reason] of [
    [[], /nothing says what the path is/],
    [[...link, '--within', 'speed=1%'], /"speed=1%" is no tolerance/],
    [[...link, '--within', 'delay=soon'], /a time such as/],
  ] as const) {
    const ran = await ccdk(['path', 'certify', ...args, '--json'])
    assert.is(ran.exitCode, 2)
    assert.match(errorOf(ran).message, reason)
  }
})

test.run()
