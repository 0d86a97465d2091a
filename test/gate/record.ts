import type { SkipReason } from './skip-reason.ts'

/** The environment variable with the path of the record. */
export const recordVariable = 'CCDK_GATE_RECORD'

/**
 * What a test process tells the gate, one JSON document a line, in a file that only the gate and the preload know.
 * Nothing that a test prints can pass for it.
 */
export type GateEvent =
  /** A test was declared. It has to end with `pass`, or it failed. */
  | { event: 'test'; id: number; suite: number; name: string; only: boolean }
  | { event: 'start'; id: number }
  | { event: 'pass'; id: number }
  | { event: 'fail'; id: number; message: string }
  | { event: 'skip'; name: string; reason: SkipReason | null }
  /** `test.run()` was called: before it, a suite's tests are only declared. */
  | { event: 'run'; suite: number }
  | { event: 'hook-failed'; hook: string; message: string }
  /** An exception or a rejection that nothing caught. */
  | { event: 'crash'; message: string }
  /** Every declared test has ended, and yet something keeps the process alive. */
  | { event: 'stay'; resources: string[] }
  /** The process ran out of work, as it should. `process.exit()`, a crash and a signal never come here. */
  | { event: 'end' }

/** Reads a record. The last line may be cut off when the process was killed: it says nothing then. */
export function parseRecord(text: string): GateEvent[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.map((line): GateEvent => JSON.parse(line))
}
