import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { ObjectError } from '../../errors/index.ts'

/** Where the files lie that the spec names, and which is which. */
const folder = 'files'
const index = join(folder, 'names.json')

/** A bundle is whatever somebody sends: it names no file outside of itself. */
const indexSchema = z.record(z.string(), z.string().regex(/^\d+-[^/]*$/))

/** What a bundle keeps of files that its spec names, by paths inside of it; nothing where there are none. */
export function* keptFiles(named: ReadonlyMap<string, string>): Generator<[path: string, text: string]> {
  if (named.size === 0) return
  const places = new Map([...named.keys()].map((name, number) => [name, `${number}-${basename(name)}`]))
  for (const [name, text] of named) yield [join(folder, places.get(name) ?? ''), text]
  yield [index, `${JSON.stringify(Object.fromEntries(places), undefined, 2)}\n`]
}

/**
 * The texts of the files that the spec of a bundle names, by their names there.
 *
 * @throws ObjectError for a bundle that lacks one
 */
export function readNamedFiles(directory: string): Map<string, string> {
  const read = (path: string): string => readFileSync(join(directory, path), 'utf8')
  let text: string
  try {
    text = read(index)
  } catch {
    return new Map()
  }
  try {
    return new Map(Object.entries(indexSchema.parse(JSON.parse(text))).map(([name, place]) => [name, read(join(folder, place))]))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ObjectError({ file: join(directory, index), path: '', expected: `expected the files that the spec names: ${why}`, cause })
  }
}
