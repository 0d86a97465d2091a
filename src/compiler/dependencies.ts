import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A place for clang to say which files it read: the options that make it do so, and what it said. */
export interface DependencyFile extends AsyncDisposable {
  readonly options: readonly string[]
  /** Has to be descriptor 3 of clang. */
  readonly descriptor: number
  /** Empty when clang gave up before it could say. */
  read(): Promise<string[]>
}

export async function dependencyFile(): Promise<DependencyFile> {
  const directory = await mkdtemp(join(tmpdir(), 'ccdk-build-'))
  const file = await open(join(directory, 'dependencies'), 'wx+')
  // Without a name from here on, so that it goes with the process however that ends.
  await rm(directory, { recursive: true })
  return {
    options: ['-MD', '-MF', '/proc/self/fd/3', '-MT', 'object'],
    descriptor: file.fd,
    read: async () => parseDependencies(await file.readFile('utf8')),
    [Symbol.asyncDispose]: () => file.close(),
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
