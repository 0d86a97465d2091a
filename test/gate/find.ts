import { globSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { UsageError } from '../../src/errors/index.ts'
import { type GateOptions, type Kind, kinds } from './options.ts'

export interface TestFile {
  path: string
  /** As the report names it: relative to the folder of the tests. */
  name: string
  kind: Kind
}

/**
 * The test files to run, kind by kind.
 *
 * @throws {UsageError} when there is none, when a filter fits none, and when a test file stands where it would never run
 */
export function findTests({ directory, kinds: wanted, filters }: Pick<GateOptions, 'directory' | 'kinds' | 'filters'>): TestFile[] {
  const strays = findStrays(directory)
  if (strays.length > 0) {
    throw new UsageError(`these test files would never run: ${strays.join(', ')}`, {
      hint: `tests stand in test/{${kinds.join(',')}}/ and are called *.test.ts`,
    })
  }
  const files = wanted.flatMap((kind) =>
    globSync(`${kind}/**/*.test.ts`, { cwd: directory })
      .toSorted()
      .map((name): TestFile => ({ path: join(directory, name), name, kind })),
  )
  // Each filter on its own: one that is misspelt must not hide behind another.
  for (const filter of filters) {
    if (!files.some((file) => fits(file, filter))) throw new UsageError(`no test file of ${wanted.join(', ')} fits "${filter}"`)
  }
  const selected = filters.length === 0 ? files : files.filter((file) => filters.some((filter) => fits(file, filter)))
  if (selected.length === 0) throw new UsageError(`there is no test file of ${wanted.join(', ')} in ${directory}`)
  return selected
}

/** A filter may be a path from where the person stands, as a shell completes it, or any part of one. */
function fits({ path, name }: TestFile, filter: string): boolean {
  return name.includes(filter) || relative(process.cwd(), path).includes(filter)
}

/** What looks like a test, and is no `*.test.ts` in the folder of a kind. Fixtures may look as they like. */
function findStrays(directory: string): string[] {
  return globSync('**/*.{test,spec}.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', { cwd: directory })
    .filter((name) => {
      const [room = ''] = name.split(sep)
      return room !== 'fixtures' && !((kinds as readonly string[]).includes(room) && name.endsWith('.test.ts'))
    })
    .toSorted()
}
