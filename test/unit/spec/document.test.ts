import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { ObjectError, UsageError } from '../../../src/errors/index.ts'
import { readDocument, readValue, strict } from '../../../src/spec/index.ts'

const test = suite('documents')

const schema = strict({
  name: z.string().min(1).max(5).optional(),
  arms: z.array(strict({ count: z.int().min(1).max(9), kind: z.enum(['bulk', 'short']) })).optional(),
  size: z.union([z.number(), strict({ exactly: z.number() })], { error: 'expected a number, or { exactly: 3 }' }).optional(),
})
const read = (text: string) => readDocument(schema, { text, file: 'lab.yaml' }).value
const anything = (text: string) => readDocument(z.unknown(), { text, file: 'lab.yaml' }).value

/** What is said of a text, behind the name of the file. */
function said(text: string, reader: (text: string) => unknown = read): string {
  try {
    reader(text)
  } catch (error) {
    if (error instanceof ObjectError) return error.message.replace(/^lab\.yaml: /, '')
    throw error
  }
  return ''
}

test('YAML and JSON', () => {
  const value = { name: 'x', arms: [{ count: 2, kind: 'bulk' }] }
  assert.equal(read('name: x\narms:\n  - { count: 2, kind: bulk }\n'), value)
  assert.equal(read(JSON.stringify(value, undefined, '\t')), value)
  assert.equal(read('\u{FEFF}# a comment\nname: x\r\narms: [{count: 2, kind: bulk}]\r\n'), value)
  assert.equal(read('arms:\n  - &a { count: 1, kind: short }\n  - *a\n'), { arms: [{ count: 1, kind: 'short' }, { count: 1, kind: 'short' }] })
})

test('any JSON is read as what it is', () => {
  const isOurs = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (!Object.hasOwn(value, '__proto__') && !Object.hasOwn(value, '') && Object.values(value).every(isOurs))
  // -0 is 0 in JSON, too.
  const values = fc.jsonValue({ maxDepth: 4 }).filter(isOurs).map((value): unknown => JSON.parse(JSON.stringify(value)))
  fc.assert(fc.property(values, fc.constantFrom('', '  ', '\t'), (value, indent) => assert.equal(anything(JSON.stringify(value, undefined, indent)), value)))
})

test('errors name line, column, key and what was expected', () => {
  const cases: [text: string, message: string][] = [
    ['nam: x', 'line 1, column 1, nam: unknown key "nam": did you mean "name"?'],
    ['name: x\nfoo: 1', 'line 2, column 1, foo: unknown key "foo": expected name, arms, size'],
    ['arms:\n  - count: 1\n    kind: bulky', 'line 3, column 11, arms[0].kind: expected bulk or short, not "bulky": did you mean "bulk"?'],
    ['arms:\n  - count: 1', 'line 2, column 5, arms[0].kind: expected bulk or short, not nothing'],
    ['arms: [{ count: 1.5, kind: bulk }]', 'line 1, column 17, arms[0].count: expected a whole number, not 1.5'],
    ['arms: [{ count: 10, kind: bulk }]', 'line 1, column 17, arms[0].count: expected 9 or less, not 10'],
    ['name: ""', 'line 1, column 7, name: expected 1 or more letters, not ""'],
    ['name: 5', 'line 1, column 7, name: expected a text, not 5'],
    ['name: [5]', 'line 1, column 7, name: expected a text, not a list'],
    ['arms: {}', 'line 1, column 7, arms: expected a list, not keys and values'],
    ['size: x', 'line 1, column 7, size: expected a number, or { exactly: 3 }'],
    ['size: { exactyl: 1 }', 'line 1, column 9, size.exactyl: unknown key "exactyl": did you mean "exactly"?'],
    ['size:\n  exactly: x', 'line 2, column 12, size.exactly: expected a number, not "x"'],
    ['arms:\n  - &a { count: 0, kind: bulk }\n  - *a', 'line 2, column 17, arms[0].count: expected 1 or more, not 0'],
    ['', 'line 1, column 1: expected keys and values, not nothing'],
    ['- a', 'line 1, column 1: expected keys and values, not a list'],
  ]
  for (const [text, message] of cases) assert.is(said(text), message)
})

test('what is no YAML is told where it stops being that', () => {
  assert.match(said('name: [x\nsize: 1'), /^line 2, column 1: /)
  assert.match(said('name: "x'), /^line 1, column 9: /)
  assert.match(said('a: 1\n\tb: 2'), /^line 2, column 1: /)
  assert.match(said('{"name": "x",,}'), /^line 1, column 14: /)
})

test('what could be read in two ways, or be more than data, is refused', () => {
  assert.is(said('name: a\nsize: 1\nname: b'), 'line 3, column 1: the key "name" stands here twice')
  assert.is(said('{ "name": "a", "name": "b" }'), 'line 1, column 16: the key "name" stands here twice')
  assert.is(said('name: a\n---\nname: b'), 'line 2, column 1: expected one document, and here a second one begins')
  assert.is(said('__proto__: { name: x }'), 'line 1, column 1: expected another key than "__proto__"')
  assert.match(said('constructor: 1'), /^line 1, column 1, constructor: unknown key/)
  assert.match(said('<<: { name: x }'), /^line 1, column 1, <<: unknown key/)
  assert.match(said('name: !!binary aaaa'), /^line 1, column 7: Unresolved tag/)
  assert.match(said('? [a]\n: b'), /^line 1, column 3: expected a key that is a text/)
  assert.is(Object.getPrototypeOf(anything('toString: 1')), Object.prototype)
})

test('what would fill memory or the stack is refused, soon', () => {
  const copies = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[index]}`).join()}]`)]
  assert.match(said(copies.join('\n')), /expected no more than 100000 values/)
  assert.match(said('a: &a [*a]'), /expected an anchor &a before its alias/)
  for (const deep of ['[', '{a: ', '- ', '? ', '[{a: ']) assert.match(said(deep.repeat(5000)), /expected no more than 40 levels of nesting/)
  assert.match(said(`a: ${'x'.repeat(300_000)}`), /expected no more than 256 KiB/)
  assert.match(said(']'.repeat(200_000)), /line 1, column 1: /)
})

test('of a value that a program made, the key is named', () => {
  const message = (value: unknown) => {
    try {
      readValue(schema, value)
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    }
    return ''
  }
  assert.is(message({ arms: [{ count: 1, kind: 'x' }] }), 'arms[0].kind: expected bulk or short, not "x"')
  assert.is(message(null), 'expected keys and values, not nothing')
  assert.equal(readValue(schema, { name: 'x' }).value, { name: 'x' })
})

test('any text is a value or an ObjectError, and so is any part of a document', () => {
  const whole = 'name: &n x\narms: # two\n  - { count: 1, kind: "bulk" }\n  - count: 2\n    kind: >-\n      short\nsize: {exactly: 1e3}\n'
  const cut = fc.tuple(fc.nat(whole.length), fc.nat(whole.length), fc.string()).map(([from, to, put]) => whole.slice(0, from) + put + whole.slice(to))
  fc.assert(
    fc.property(fc.oneof(cut, fc.string()), (text) => {
      said(text)
      said(text, anything)
    }),
    { numRuns: 1000 },
  )
})

test.run()
