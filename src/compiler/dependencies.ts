import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A place for clang to say which files it read: the options that make it do so, and what it said. */
export interface DependencyFile extends AsyncDisposable {
  readonly options: readonly string[]
  /** Empty when clang gave up before it could say. */
  read(): Promise<string[]>
}

export async function dependencyFile(): Promise<DependencyFile> {
  const directory = await mkdtemp(join(tmpdir(), 'ccdk-build-'))
  const file = join(directory, 'dependencies')
  return {
    options: ['-MD', '-MF', file, '-MT', 'object'],
    read: async () => parseDependencies(await readFile(file, 'utf8').catch(() => '')),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/**
 * The files in a rule as compilers write it for make: `object: FILE FILE`, lines joined by `\`, and blanks in names
 * behind one.
 */
export function parseDependencies(rule: string): string[] {
  const names = rule.replaceAll('\\\n', ' ').match(/(?:\\[ #]|\$\$|\S)+/g) ?? []
  return names.slice(1).map((name) => name.replaceAll(/\\([ #])/g, '$1').replaceAll('$$', '$'))
}
