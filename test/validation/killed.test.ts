// gate: timeout 2400s
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { Random } from '../../src/link-model/index.ts'
import { type Killed, KilledRuns, type Role } from '../kernel/support/killed-ab.ts'
import { machineLock } from '../support/machine-lock.ts'
import { needs, suite } from '../support/needs.ts'
import { temporaryDirectory } from '../support/tmp.ts'
import { killed, type KilledRole } from './proofs/killed.ts'

const test = suite('kill -9 at any moment', [needs.root, needs.structOps, needs.bpftool])

const kills = 100
/** Of which one in so many is resumed, and brought to its end. */
const resumedOne = 8

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

test('loses no trial that was stored and leaves nothing, whatever is killed', async () => {
  using place = temporaryDirectory()
  const runs = new KilledRuns(place.path)
  const lasts = await runs.time()
  const random = new Random(1, 'kills')
  const all: Killed[] = []
  let resumed = 0
  while (all.length < kills) {
    const moment = random.float() * lasts
    const resume = all.length % resumedOne === 0
    const whom = (running: ReadonlyMap<Role, unknown>): Role => {
      const role = oneOf([...running.keys()].toSorted(), random)
      process.stdout.write(`${all.length + 1}: ${role} after ${Math.round(moment)} ms`)
      return role
    }
    const one = await runs.kill({ when: () => sleep(moment), whom, resume })
    // It was quicker than the one that was timed.
    if (one === undefined) continue
    all.push(one)
    if (resume) resumed += 1
    process.stdout.write(`, ${one.stored} stored, ${one.exitCode ?? 'killed'}\n`)
    if (one.role !== 'ccdk') assert.ok(one.exitCode === 0 || /^ccdk: .* ended \(SIGKILL\)/m.test(one.stderr), one.stderr)
  }
  killed.record({ kills: [...Map.groupBy(all, ({ role }) => role)].map(([role, some]) => rowOf(role, some)).toSorted((a, b) => b.kills - a.kills), resumed })
})

function oneOf(roles: readonly Role[], random: Random): Role {
  return roles[Math.floor(random.float() * roles.length)] ?? 'ccdk'
}

function rowOf(role: Role, some: readonly Killed[]): KilledRole {
  const wentOn = some.filter(({ exitCode }) => exitCode === 0).length
  return { role, kills: some.length, stored: some.reduce((sum, { stored }) => sum + stored, 0), wentOn, ended: some.length - wentOn }
}

test.run()
