import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ObjectError } from '../../errors/index.ts'
import { readDocument, readValue, type Source } from '../document/document.ts'
import type { Context } from './context.ts'
import { type ResolvedPath, resolvePath } from './resolve.ts'
import { pathDocument, type PathInput, pathSchema } from './schema.ts'

/**
 * The path of a file that holds one under `path:`, in YAML or JSON. Files that it names are found from where it lies.
 *
 * @throws ObjectError that names file, line, column, key and what was expected there
 */
export function readPath(source: Source): ResolvedPath {
  const { value, error } = readDocument(pathDocument, source)
  return resolvePath(value.path, { error, readFile: filesBeside(source.file) }, ['path'])
}

/**
 * The path of a value that a program made, in the same words: `{ rate: '100mbit', rtt: '10ms' }`.
 *
 * @throws UsageError that names the key and what was expected there
 */
export function pathOf(input: PathInput): ResolvedPath {
  const { value, error } = readValue(pathSchema, input)
  return resolvePath(value, { error, readFile: filesBeside('.') })
}

const mostOfFile = 64 << 20

/** Reads the files that a file names; `what` they are is for messages. */
export const filesBeside =
  (file: string, what = 'a trace'): Context['readFile'] =>
  (name) => {
    const path = resolve(dirname(file), name)
    const fail = (expected: string, cause?: unknown) => new ObjectError({ file: path, path: '', expected, cause })
    try {
      const stat = statSync(path)
      // What is no file might never end.
      if (stat.isFile() && stat.size <= mostOfFile) return readFileSync(path, 'utf8')
    } catch (cause) {
      throw fail(`expected ${what}, which ${file} names: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
    }
    throw fail(`expected ${what}, which ${file} names: a file of no more than ${mostOfFile >> 20} MiB`)
  }
