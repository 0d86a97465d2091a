import type { Seed } from './corpus.ts'
import type { Edit } from './mutate.ts'
import type { Random } from './random.ts'

/** One input: undamaged bytes, the changes that are made to them, and what then reads them. */
export interface FuzzCase {
  /** What the bytes are, for the report. */
  from: string
  bytes: Uint8Array
  edits: Edit[]
  /** May throw errors of `src/errors`. Whatever else it throws is a finding. */
  run: (bytes: Uint8Array) => void
}

/** A part of ccdk that reads what others wrote. */
export interface FuzzTarget {
  name: string
  /** How often it has its turn, beside others. */
  share: number
  make: (random: Random, corpus: readonly Seed[]) => FuzzCase
}
