import type { PrepareOptions } from '../../src/loader/index.ts'
import type { Output } from '../output/output.ts'

/** Under `--verbose` what the loader does and decides goes to stderr, a line each. */
export function tellWhenVerbose(output: Output): Pick<PrepareOptions, 'tell'> {
  return output.verbose ? { tell: (level, message) => output.note(`${level}: ${message}`) } : {}
}
