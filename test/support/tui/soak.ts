import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, prepare } from '../../../src/loader/index.ts'
import type { MonitorEvent, Snapshot } from '../../../src/monitor/index.ts'
import { Recording } from '../../../src/monitor/replay/index.ts'
import { register } from '../../../src/structops/index.ts'
import { openExample } from '../../kernel/support/algorithm.ts'
import { temporaryDirectory } from '../tmp.ts'
import { terminal } from '../terminal.ts'
import { until } from '../until.ts'
import { type ChurnPlan, startChurn } from './churn.ts'

export interface SoakPlan extends ChurnPlan {
  /** An algorithm is registered and unregistered so often, s. */
  everySeconds: number
}

/** A registration that the test made, and when the monitor says that it came and went, ms. */
interface Life {
  name: string
  registered: number
  unregistered: number
  seenRegistered: number | undefined
  seenUnregistered: number | undefined
}

export interface Soaked {
  /** Connections that were opened and closed, and in how many seconds. */
  connections: number
  seconds: number
  /** The monitor's memory, a figure about each second. */
  memory: { seconds: number; mb: number }[]
  lives: Life[]
  /** What the monitor recorded. */
  looks: number
  damage: readonly string[]
  recordedMb: number
  /** The churn's sockets by state, each the median of all looks. */
  states: Record<string, number>
  /** The last screen, and what the terminal was like before and after. */
  screen: string
  before: string
  after: string
  exit: string
  /** Whether the alternate screen is shown after it, and the cursor. */
  modes: string
}

/** Leaves `ccdk top` open in a terminal, recording, while connections come and go and algorithms too. `built` is the command. */
export async function soak(built: string, plan: SoakPlan): Promise<Soaked> {
  using directory = temporaryDirectory()
  const at = (name: string): string => join(directory.path, name)
  // Until it is stopped, however long it takes until the monitor is there.
  await using churn = await startChurn({ ...plan, seconds: plan.seconds + 3600 }, directory.path)
  const top = `env TERM=screen-256color LANG=C.UTF-8 XDG_CONFIG_HOME=/nonexistent ${process.execPath} ${built} top --view log --record ${at('soak.ccdk')}`
  const line = `stty -a > ${at('before')}; sh -c 'echo $$ > ${at('pid')}; exec ${top}'; echo exit $? > ${at('exit')}; stty -a > ${at('after')}; touch ${at('over')}; sleep 600`
  await using pane = await terminal(120, 40, line)
  await pane.until(/╭─ Log ─/)
  const pid = Number(readFileSync(at('pid'), 'utf8'))

  const namespace = namespaceOf(churn.pid)
  const [start, first] = [performance.now(), churn.done()]
  const memory: Soaked['memory'] = []
  const lives: Life[] = []
  const elapsed = (): number => (performance.now() - start) / 1000
  const isOver = (): boolean => elapsed() >= plan.seconds
  const living = live(lives, plan.everySeconds, isOver)
  while (!isOver()) {
    memory.push({ seconds: elapsed(), mb: memoryOf(pid) })
    await Promise.race([sleep(1000), living.then(() => sleep(1000))])
  }
  await living
  const [seconds, connections] = [elapsed(), churn.done() - first]
  const screen = await pane.until(new RegExp(`unregistered +${lives.at(-1)?.name} `))
  await pane.key('q')
  await until(() => existsSync(at('over')), 'it has ended')
  const modes = await pane.modes()

  const recording = new Recording(readFileSync(at('soak.ccdk')), 'soak.ccdk')
  return {
    connections,
    seconds,
    memory,
    ...seenIn(recording, lives, namespace),
    looks: recording.length,
    damage: recording.damage,
    recordedMb: (await stat(at('soak.ccdk'))).size / 1e6,
    screen,
    before: readFileSync(at('before'), 'utf8'),
    after: readFileSync(at('after'), 'utf8'),
    exit: readFileSync(at('exit'), 'utf8').trim(),
    modes,
  }
}

/** Registers an algorithm again and again, each for some seconds, and notes when. */
async function live(lives: Life[], everySeconds: number, isOver: () => boolean): Promise<void> {
  using target = new LinuxTarget()
  while (!isOver()) {
    await sleep(500 * everySeconds)
    using loaded = load(prepare(await openExample('bpf_cubic'), target), target)
    const [map = ''] = loaded.structOps.keys()
    const registration = register(loaded, map)
    const life: Life = { name: registration.name ?? '', registered: Date.now(), unregistered: Number.NaN, seenRegistered: undefined, seenUnregistered: undefined }
    lives.push(life)
    try {
      await sleep(500 * everySeconds)
    } finally {
      registration.unregister()
      life.unregistered = Date.now()
    }
  }
}

/** What the recording has of these lives, and of the sockets of a namespace. */
function seenIn(recording: Recording, lives: readonly Life[], namespace: number): Pick<Soaked, 'lives' | 'states'> {
  const events: MonitorEvent[] = []
  const counts = new Map<string, number[]>()
  for (let index = 0; index < recording.length; index += 1) {
    const snapshot = recording.at(index)
    events.push(...snapshot.events)
    for (const [state, count] of statesIn(snapshot, namespace)) counts.set(state, [...(counts.get(state) ?? []), count])
  }
  const seen = (name: string, kind: MonitorEvent['kind']): number | undefined => {
    const found = events.find((event) => event.kind === kind && event.name === name)
    return found === undefined ? undefined : Date.parse(found.at)
  }
  return {
    lives: lives.map((life) => ({ ...life, seenRegistered: seen(life.name, 'registered'), seenUnregistered: seen(life.name, 'unregistered') })),
    states: Object.fromEntries([...counts].flatMap(([state, found]) => medianOf(state, found, recording.length))),
  }
}

/** Of all looks, in some of which there was none: states that one passes through quickly are left out. */
function medianOf(state: string, found: readonly number[], looks: number): [string, number][] {
  const median = found.toSorted((a, b) => b - a)[looks >> 1]
  return median === undefined ? [] : [[state, median]]
}

function statesIn({ sockets }: Snapshot, namespace: number): Map<string, number> {
  const found = new Map<string, number>()
  for (const { state, namespace: its } of sockets.rows) if (its === namespace) found.set(state, (found.get(state) ?? 0) + 1)
  return found
}

const namespaceOf = (pid: number): number => Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0])

/** Resident, MB (10⁶ bytes). */
const memoryOf = (pid: number): number => (Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024) / 1e6

/** Asserts what must hold however busy the machine was. */
export function soaked({ lives, states, damage, screen, before, after, exit, modes }: Soaked): void {
  assert.ok(lives.length > 0)
  for (const { name, registered, unregistered, seenRegistered = Number.NaN, seenUnregistered = Number.NaN } of lives) {
    // The time of an event is that of the look's beginning.
    const took = 10_000
    assert.ok(seenRegistered > registered - took && seenRegistered < unregistered, `${name}: registered at ${registered}, seen at ${seenRegistered}`)
    assert.ok(seenUnregistered > unregistered - took && seenUnregistered > seenRegistered, `${name}: unregistered at ${unregistered}, seen at ${seenUnregistered}`)
  }
  // On a busy machine some may also be on their way from one state to the next.
  for (const state of ['CLOSE_WAIT', 'ESTABLISHED', 'LISTEN']) assert.ok((states[state] ?? 0) > 0, `${state} in ${JSON.stringify(states)}`)
  assert.equal(damage, [])
  for (const line of screen.split('\n').slice(2, -1)) assert.match(line, /^[╭│╰].{118}[╮│┃╯]$/)
  assert.match(screen, new RegExp(`registered +${lives.at(-1)?.name}[^]*unregistered +${lives.at(-1)?.name}`))
  assert.is(exit, 'exit 0')
  assert.is(modes, '0 1')
  assert.is(after, before)
}
