import type { z } from 'zod'
import { nearestName } from '../../btf-match/index.ts'
import { type CcdkError, UsageError } from '../../errors/index.ts'
import { shown } from '../../units/index.ts'
import { keyPath } from './located.ts'
import { type Key, type Place, readNodes } from './nodes.ts'

/** A text, and the name of the file that it comes from. */
export interface Source {
  text: string
  file: string
}

type Part = 'key' | 'value'

/** A value that a schema took, and how to say what is wrong with one of its parts. */
export interface Checked<T> {
  value: T
  /** An error that names the place of these keys: of the value, or of its key. */
  error: (keys: readonly Key[], expected: string, part?: Part) => CcdkError
}

/**
 * Reads a document in YAML or JSON.
 *
 * @throws ObjectError that names file, line, column, key and what was expected there
 */
export function readDocument<T>(schema: z.ZodType<T>, { text, file }: Source): Checked<T> {
  const tree = readNodes(text, file)
  const error: Checked<T>['error'] = (keys, expected, part) => tree.error(offsetOf(tree.place, keys, part), keys, expected)
  return { value: checkValue(schema, tree.value, error), error }
}

/**
 * The same of a value that a program made.
 *
 * @throws UsageError that names the key and what was expected there
 */
export function readValue<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
  const error: Checked<T>['error'] = (keys, expected) => new UsageError(keys.length === 0 ? expected : `${keyPath(keys)}: ${expected}`)
  return { value: checkValue(schema, input, error), error }
}

/** Has a schema look at a value, such as a part of a document; `error` is told by which keys of it a problem is reached. */
export function checkValue<T>(schema: z.ZodType<T>, input: unknown, error: Checked<T>['error']): T {
  const result = schema.safeParse(input, { error: words })
  if (result.success) return result.data
  const issue = mostTelling(result.error.issues)
  const { keys, message, part } = issue === undefined ? { keys: [], message: 'expected another value' } : told(issue, [])
  throw error(keys, message, part)
}

/** The place of a problem, and what is to be said. Of alternatives, the one that was meant. */
function told(issue: z.core.$ZodIssue, above: readonly Key[]): { keys: readonly Key[]; message: string; part?: Part } {
  const keys = [...above, ...issue.path.filter((key) => typeof key !== 'symbol')]
  if (issue.code === 'unrecognized_keys') return { keys: [...keys, ...issue.keys.slice(0, 1)], message: issue.message, part: 'key' }
  if (issue.code === 'invalid_key') return { keys, message: issue.issues[0]?.message ?? issue.message, part: 'key' }
  if (issue.code !== 'invalid_union') return { keys, message: issue.message }
  const isOfKind = (each: z.core.$ZodIssue) => each.path.length > 0 || each.code === 'unrecognized_keys' || each.code === 'custom'
  const meant = mostTelling(issue.errors.find((issues) => issues.every(isOfKind)) ?? [])
  return meant === undefined ? { keys, message: issue.message } : told(meant, keys)
}

/** A key that nobody knows is often why another is missing. */
const mostTelling = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined =>
  issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]

/** Where the deepest of these keys stands that is there, or its value. */
function offsetOf(root: Place, keys: readonly Key[], part: Part = 'value'): number {
  let place = root
  for (const [index, key] of keys.entries()) {
    const found = place.keys?.get(key)
    if (found === undefined) break
    if (part === 'key' && index === keys.length - 1) return found.offset
    place = found.place
  }
  return place.offset
}

/** What is said where a schema says nothing of its own. */
const words: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'missing' : `expected ${nouns[issue.expected] ?? issue.expected}, not ${shown(issue.input)}`
    case 'invalid_value': {
      const nearest = typeof issue.input === 'string' ? nearestName(issue.input, issue.values.map(String)) : null
      const hint = nearest === null ? '' : `: did you mean "${nearest}"?`
      return `expected ${issue.values.join(' or ')}, not ${shown(issue.input)}${hint}`
    }
    case 'too_small':
      return `expected ${String(issue.minimum)} or more${inParts(issue.origin)}, not ${shown(issue.input)}`
    case 'too_big':
      return `expected ${String(issue.maximum)} or less${inParts(issue.origin)}, not ${shown(issue.input)}`
    default:
      return undefined
  }
}

const nouns: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'keys and values',
  array: 'a list',
  null: 'nothing',
}

const inParts = (origin: string): string => (origin === 'array' ? ' items' : origin === 'string' ? ' letters' : '')
