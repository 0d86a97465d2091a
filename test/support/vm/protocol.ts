import type { Failure, Skip } from '../../gate/verdict.ts'

/** What a virtual machine is to do. */
export interface GuestJob {
  /** Modules to load before the tests. */
  modules: readonly string[]
  /** Test files, relative to the folder of the tests. */
  files: readonly string[]
  /** For each of them. */
  limitMs: number
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
