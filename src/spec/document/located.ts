import { ObjectError } from '../../errors/index.ts'
import type { Key } from './nodes.ts'

/** Something wrong with a document, by its place: `lab.yaml: line 3, column 9, path.queue.limit: expected …`. */
export function located(file: string, at: { line: number; column: number; keys: readonly Key[] }, expected: string, hint?: string): ObjectError {
  const keys = at.keys.length === 0 ? '' : `, ${keyPath(at.keys)}`
  return new ObjectError({ file, path: `line ${at.line}, column ${at.column}${keys}`, expected, ...(hint === undefined ? {} : { hint }) })
}

/** `path.links[1].queue` */
export const keyPath = (keys: readonly PropertyKey[]): string =>
  keys.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('')
