import { UsageError } from '../../src/errors/index.ts'

/**
 * The time limit that a test file sets in its first line, in milliseconds: `// gate: timeout 300s`.
 *
 * @throws {UsageError} for a gate comment that is misspelt or stands elsewhere: it would silently do nothing
 */
export function limitOf(file: string, source: string): number | undefined {
  const [first = '', ...others] = source.split('\n')
  if (others.some((line) => line.startsWith('// gate:'))) {
    throw new UsageError(`${file}: a gate comment must be the first line`)
  }
  if (!first.startsWith('// gate:')) return undefined
  const seconds = /^\/\/ gate: timeout (\d+)s$/v.exec(first)?.[1]
  if (seconds === undefined) {
    throw new UsageError(`${file}: the gate does not understand "${first}"`, { hint: 'write "// gate: timeout 300s"' })
  }
  return 1000 * Number(seconds)
}
