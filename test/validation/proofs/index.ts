import { alike } from './aa.ts'
import { implementations } from './implementations.ts'
import { killed } from './killed.ts'
import { knownDifferences } from './known-differences.ts'
import { knownResults } from './known-results.ts'
import { soaking } from './soak.ts'

/** In the order of docs/validation.md. One without figures is not shown. */
export const proofs: readonly { section(): string | undefined }[] = [alike, knownDifferences, knownResults, implementations, killed, soaking]
