import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { namesOf, variablesOf } from '../../../../cli/path/environment.ts'
import { cannotRun } from '../../../../cli/path/find-program.ts'
import { pathFrom } from '../../../../cli/path/options.ts'
import { planTopology } from '../../../../src/emulator/topology/plan.ts'
import { linkLines } from '../../../../src/spec/index.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('the words of ccdk path')

const hosts = (clients: number, servers: number) =>
  planTopology([
    { role: 'clients', hosts: clients },
    { role: 'servers', hosts: servers },
  ]).flat()

test('commands learn addresses by variables and names', () => {
  assert.equal(variablesOf('lab', hosts(1, 1)), {
    CCDK_PATH: 'lab',
    CCDK_CLIENT: '198.18.0.1',
    CCDK_CLIENT_IPV6: '2001:2::1',
    CCDK_SERVER: '198.18.1.1',
    CCDK_SERVER_IPV6: '2001:2:0:1::1',
  })
  assert.equal(Object.keys(variablesOf('lab', hosts(1, 2))).filter((name) => /^CCDK_SERVER(_\d)?$/.test(name)), [
    'CCDK_SERVER',
    'CCDK_SERVER_1',
    'CCDK_SERVER_2',
  ])
  const names = namesOf(hosts(1, 2)).filter(({ address }) => !address.includes(':'))
  assert.equal(names.map(({ address, name }) => `${name} ${address}`), [
    'client 198.18.0.1',
    'server 198.18.1.1',
    'server-1 198.18.1.1',
    'server-2 198.18.1.2',
  ])
})

test('a path of options, and how it is told', () => {
  const { links } = pathFrom(undefined, { rate: '100mbit', rtt: '20ms', limit: '1bdp', loss: '1%' })
  assert.equal(linkLines(links), [
    '100mbit, 20ms there and back, queue droptail of 250kb, 20ms, loss 1%',
    'back 100mbit, queue droptail of 1000 packets',
  ])
  const marking = pathFrom(undefined, { rate: '100mbit', rtt: '20ms', ecn: '20p' })
  assert.is(marking.links[0]?.right.queue.kind, 'step')
  assert.match(linkLines(marking.links)[0] ?? '', /, queue droptail of [^,]+(?:, [\d.]+ms)?, marked above 20 packets$/)
  const codel = pathFrom(undefined, { rate: '100mbit', rtt: '20ms', queue: 'codel', ecn: 'on' })
  assert.is(codel.links[0]?.right.queue.kind, 'codel')
})

test('programs are found as a shell finds them', () => {
  using directory = temporaryDirectory()
  const at = (name: string): string => join(directory.path, name)
  writeFileSync(at('runs'), '#!/bin/sh\n')
  chmodSync(at('runs'), 0o755)
  writeFileSync(at('text'), '', { mode: 0o644 })
  mkdirSync(at('directory'))
  assert.is(cannotRun('runs', `/nowhere:${directory.path}`), undefined)
  assert.is(cannotRun(at('runs'), ''), undefined)
  assert.is(cannotRun('runs', '/nowhere')?.exitCode, 127)
  assert.is(cannotRun('directory', directory.path)?.exitCode, 127)
  assert.is(cannotRun('text', directory.path)?.exitCode, 126)
})

test.run()
