import type { Failure, Skip } from '../../gate/verdict.ts'

/** What a virtual machine is to do. */
export interface GuestJob {
  /** Modules to load before the tests. */
  modules: readonly string[]
  /** Test files, relative to the folder of the tests. */
  files: readonly string[]
  /** For each of them. */
  limitMs: number
  /**
   * Time passes by what is executed, 1 ns an instruction, and not by this machine's clock: then nothing is late inside
   * because this machine is slow or busy, and what only waits takes no time at all.
   */
  steady?: boolean
}

/** What it reports over its second serial port, a JSON document a line. */
export type GuestLine =
  | { line: 'up'; release: string; uptimeMs: number }
  | FileLine
  | { line: 'end' }

/** What became of one test file. */
export interface FileLine {
  line: 'file'
  name: string
  passed: number
  failures: Failure[]
  skips: Skip[]
  output: string
  durationMs: number
}
