import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type ExperimentResult, ExperimentStore } from '../../../src/experiment/index.ts'
import type { Cleaned } from '../../../src/journal/index.ts'
import { ccdk, documentOf, startCcdk } from '../../support/ccdk.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { markedProcesses, type OwnProcess, rememberMachine } from './machine-state.ts'

const programs = { host: 'host-process', emulator: 'forwarder-process', traffic: 'traffic-process', probe: 'probe-process' } as const

const roles = ['host', 'emulator', 'traffic', 'probe'] as const

/** Processes of a run by what they are; between fork and exec they are nothing yet. */
export type Role = 'ccdk' | (typeof roles)[number] | 'just forked'

type Running = ReadonlyMap<Role, readonly OwnProcess[]>

/** What is seen of a run from outside. */
interface RunSeen {
  /** How many trials it has said to be stored. */
  said: () => number
  running: () => Running
}

export interface Kill {
  /** Resolves at the moment, or throws; it is not waited for when the run has ended before. */
  when: (run: RunSeen) => Promise<void>
  /** Chooses among what runs then. */
  whom: (running: Running) => Role
  /** Whether the experiment is to be brought to its end then. */
  resume: boolean
}

/** What became of a run of which a process was killed. */
export interface Killed {
  role: Role
  /** Trials in the database. */
  stored: number
  /** Null where it was killed itself. */
  exitCode: number | null
  stderr: string
}

const spec = `
name: killed
arms:
  A: { cc: reno }
  B: { cc: bpf_cubic }
path: { rate: 20mbit, rtt: 10ms, queue: { limit: 20p } }
workload: [{ bulk: { flows: 2, seconds: 0.3 } }]
blocks: 2
# As a machine that is busy may be.
late: 1min
`
const planned = 4

/** Runs of `ccdk ab` that are killed, one small experiment each. All their files are under `place`. */
export class KilledRuns {
  readonly #place: string
  readonly #journal: string
  readonly #temporary: string
  #count = 0

  constructor(place: string) {
    this.#place = place
    this.#journal = join(place, 'journal')
    this.#temporary = join(place, 'tmp')
    mkdirSync(this.#journal, { recursive: true, mode: 0o700 })
    mkdirSync(this.#temporary)
    writeFileSync(join(place, 'killed.yaml'), spec)
  }

  /** How long a run takes that is left alone, ms. */
  async time(): Promise<number> {
    const begun = performance.now()
    await this.#toItsEnd('killed.yaml', '--out', this.#directory())
    return performance.now() - begun
  }

  /**
   * Has one run and kills a process of it. Asserts that the trials that had ended are there and whole, and that the
   * machine is as it was: at once where ccdk lives on, else after `ccdk cleanup`. Undefined where the run was over before.
   */
  async kill({ when, whom, resume }: Kill): Promise<Killed | undefined> {
    const directory = this.#directory()
    const value = randomUUID()
    const assertAsBefore = rememberMachine({ mark: `CCDK_KILLED=${value}`, place: this.#place })
    return await assertNothingLeft(async () => {
      const { subprocess, pid } = startCcdk(['ab', 'killed.yaml', '--out', directory], this.#settings({ CCDK_KILLED: value }))
      let told = ''
      subprocess.stderr.on('data', (text: Buffer) => (told += text.toString()))
      const said = (): number => Math.max(0, ...[...told.matchAll(/^(\d) of \d {2}/gm)].map(([, done]) => Number(done)))
      const running = (): Running => Map.groupBy(markedProcesses(`CCDK_KILLED=${value}`), (one) => roleOf(one, pid))
      await Promise.race([when({ said, running }), subprocess])
      const role = killOne(running(), whom)
      const { exitCode = null, stderr } = await subprocess
      const registered = this.#registered()
      if (exitCode === null) await this.#cleanUp()
      else assert.equal(readdirSync(this.#journal), [], `it has undone all by itself: ${stderr}`)
      await assertAsBefore(registered)
      assert.equal(readdirSync(this.#temporary), [])

      const stored = storedIn(directory)
      assert.ok(said() <= stored.size && stored.size <= said() + 1, `${said()} trials were said to be stored, and ${stored.size} are`)
      if (resume) await this.#resume(directory, stored)
      return role === undefined ? undefined : { role, stored: stored.size, exitCode, stderr }
    })
  }

  /** Goes on with what is stored, or begins again where that is nothing yet. */
  async #resume(directory: string, before: ReadonlyMap<number, string>): Promise<void> {
    const isThere = existsSync(join(directory, 'experiment.sqlite'))
    const whole = isThere ? directory : this.#directory()
    if (isThere) await this.#toItsEnd('--resume', directory)
    else await this.#toItsEnd('killed.yaml', '--out', whole)
    const after = storedIn(whole)
    for (const [trial, startedAt] of before) assert.is(after.get(trial), startedAt, `trial ${trial} is the one that was stored`)
  }

  async #toItsEnd(...args: readonly string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await ccdk(['ab', ...args, '--json'], this.#settings())
    assert.is(exitCode, 0, stderr)
    const { result }: { result: ExperimentResult } = JSON.parse(stdout)
    assert.equal([result.trials.planned, result.trials.waiting], [planned, 0])
    assert.equal(readdirSync(this.#journal), [])
  }

  async #cleanUp(): Promise<void> {
    const { runs, refused } = await documentOf<Cleaned>(ccdk(['cleanup', '--json'], this.#settings()))
    assert.equal(refused, [])
    const kept = runs.flatMap(({ things }) => things).filter(({ outcome }) => outcome !== 'undone')
    assert.equal(kept, [])
    assert.equal(readdirSync(this.#journal), [])
  }

  /** The algorithms that a killed run has left a note of. */
  #registered(): string[] {
    const journals = readdirSync(this.#journal).map((name) => readFileSync(join(this.#journal, name), 'utf8'))
    return [...journals.join('').matchAll(/"name":"(ab_\w+)"/g)].map(([, name = '']) => name)
  }

  #directory(): string {
    this.#count += 1
    return join(this.#place, String(this.#count))
  }

  #settings(environment: Readonly<Record<string, string>> = {}) {
    return { cwd: this.#place, env: { CCDK_JOURNAL: this.#journal, TMPDIR: this.#temporary, ...environment } }
  }
}

/** Kills one of the processes. Undefined where there is none any more, or where it has ended meanwhile. */
function killOne(running: Running, whom: Kill['whom']): Role | undefined {
  if (running.size === 0) return undefined
  const role = whom(running)
  const [victim] = running.get(role) ?? []
  try {
    if (victim !== undefined) process.kill(victim.pid, 'SIGKILL')
    return role
  } catch {
    // ESRCH
    return undefined
  }
}

function roleOf({ pid, command }: OwnProcess, ccdkPid: number): Role {
  if (pid === ccdkPid) return 'ccdk'
  return roles.find((role) => command.includes(`${programs[role]}.ts`)) ?? 'just forked'
}

/** When each trial that is stored was begun. Each is whole. */
function storedIn(directory: string): Map<number, string> {
  if (!existsSync(join(directory, 'experiment.sqlite'))) return new Map()
  using store = ExperimentStore.open(directory)
  assert.is(store.rows('PRAGMA integrity_check')[0]?.['integrity_check'], 'ok')
  const trials = store.trials()
  for (const { flows, metrics, samples, trial } of trials) {
    assert.is(flows.length, 2, `flows of trial ${trial.index}`)
    assert.ok(metrics.length > 0 && samples.cwnd.length > 0 && samples.cwnd.length === samples.timeNs.length, `trial ${trial.index}`)
  }
  return new Map(trials.map(({ trial, startedAt }) => [trial.index, startedAt]))
}
