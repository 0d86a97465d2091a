import type { GateEvent } from './record.ts'
import type { SkipReason } from './skip-reason.ts'

/** How a test process ended, seen from outside. */
export interface Ending {
  /** Null when a signal ended it. */
  exitCode: number | null
  signal: string | null
  /** The limit that it ran into, in milliseconds; undefined when it ended by itself. */
  exceededMs: number | undefined
  /** Command lines of processes that it started and left behind. */
  leftovers: string[]
}

/** One thing that is wrong: a failed test, or the file itself when `test` is empty. */
export interface Failure {
  test: string
  message: string
}

export interface Skip extends SkipReason {
  test: string
}

export interface Verdict {
  passed: number
  failures: Failure[]
  skips: Skip[]
}

interface TestState {
  suite: number
  name: string
  only: boolean
  outcome: 'declared' | 'started' | 'passed' | 'failed'
  message: string
}

interface RunFacts {
  suitesRun: ReadonlySet<number>
  suitesWithOnly: ReadonlySet<number>
  timeWasUp: boolean
  ranOutOfWork: boolean
}

/**
 * Judges a test file by its record and the end of its process. Only a test that says it passed has passed: whatever
 * was declared and is silent has failed, and a file needs at least one test or a skip with a reason.
 *
 * @param strict a skip is a failure unless the reference machine's kernel lacks the thing too
 */
export function judge(events: readonly GateEvent[], ending: Ending, strict: boolean): Verdict {
  const { tests, suitesRun } = testStates(events)
  const all = [...tests.values()]
  const skips = events.filter((event) => event.event === 'skip')
  const facts: RunFacts = {
    suitesRun,
    suitesWithOnly: new Set(all.filter(({ only }) => only).map(({ suite }) => suite)),
    timeWasUp: ending.exceededMs !== undefined,
    ranOutOfWork: events.some(({ event }) => event === 'end'),
  }

  const failures: Failure[] = [
    ...all.flatMap((test): Failure[] => {
      const message = whyFailed(test, facts)
      return message === undefined ? [] : [{ test: test.name, message }]
    }),
    ...skips.flatMap(({ name, reason }): Failure[] => {
      if (reason === null) return [{ test: name, message: 'skipped without a reason: use the needs of test/support' }]
      if (strict && !reason.lackedByReference) return [{ test: name, message: `may not be skipped here: ${reason.reason}` }]
      return []
    }),
    ...fileFailures(events, ending),
  ]
  if (all.length === 0 && skips.length === 0 && failures.length === 0) {
    failures.push({ test: '', message: 'the file declares no test' })
  }
  return {
    passed: all.filter(({ outcome }) => outcome === 'passed').length,
    failures: failures.length > 0 ? failures : exitCodeFailure(ending),
    skips: skips.flatMap(({ name, reason }): Skip[] => {
      if (reason === null || (strict && !reason.lackedByReference)) return []
      return [{ test: name, ...reason }]
    }),
  }
}

function testStates(events: readonly GateEvent[]): { tests: Map<number, TestState>; suitesRun: Set<number> } {
  const tests = new Map<number, TestState>()
  const suitesRun = new Set<number>()
  for (const event of events) {
    if (event.event === 'run') suitesRun.add(event.suite)
    if (event.event === 'test') {
      const { id, suite, name, only } = event
      tests.set(id, { suite, name, only, outcome: 'declared', message: '' })
    }
    const test = 'id' in event ? tests.get(event.id) : undefined
    if (test === undefined) continue
    if (event.event === 'start') test.outcome = 'started'
    if (event.event === 'pass') test.outcome = 'passed'
    if (event.event === 'fail') Object.assign(test, { outcome: 'failed', message: event.message })
  }
  return { tests, suitesRun }
}

function whyFailed(
  { suite, only, outcome, message }: TestState,
  { suitesRun, suitesWithOnly, timeWasUp, ranOutOfWork }: RunFacts,
): string | undefined {
  if (outcome === 'failed') return message
  if (only) return 'test.only leaves the other tests out'
  if (outcome === 'passed') return undefined
  if (outcome === 'started') return timeWasUp ? 'was running when the time was up' : 'never ended'
  if (!suitesRun.has(suite) && ranOutOfWork) return 'never ran: test.run() is missing'
  return suitesWithOnly.has(suite) ? undefined : 'never ran'
}

function fileFailures(events: readonly GateEvent[], { exceededMs, signal, exitCode, leftovers }: Ending): Failure[] {
  const messages = new Set<string>()
  for (const event of events) {
    if (event.event === 'hook-failed') messages.add(`a hook failed: ${event.hook}: ${event.message}`)
    if (event.event === 'crash') messages.add(`nothing caught: ${event.message}`)
  }
  if (exceededMs !== undefined) {
    const held = events.flatMap((event) => (event.event === 'stay' ? event.resources : []))
    const open = held.length === 0 ? '' : `; its tests had ended, but it holds open: ${held.join(', ')}`
    messages.add(`ran into the time limit of ${exceededMs / 1000} s${open}`)
  } else if (signal !== null) {
    messages.add(`the process was killed by ${signal}`)
  } else if (exitCode === 0 && !events.some(({ event }) => event === 'end')) {
    messages.add('the process was ended by process.exit(), before it ran out of work')
  }
  if (leftovers.length > 0) messages.add(`left processes behind: ${leftovers.join('; ')}`)
  return [...messages].map((message) => ({ test: '', message }))
}

function exitCodeFailure({ exitCode }: Ending): Failure[] {
  return exitCode === null || exitCode === 0 ? [] : [{ test: '', message: `the process exited with ${exitCode}` }]
}
