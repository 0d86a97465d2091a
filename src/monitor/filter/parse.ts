import { nearestName } from '../../btf-match/index.ts'
import { UsageError } from '../../errors/index.ts'
import { type FilterField, filterFields } from './fields.ts'
import { type Word, wordsOf, wrong } from './words.ts'

export type Sign = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Filter =
  | { kind: 'and' | 'or'; left: Filter; right: Filter }
  | { kind: 'not'; of: Filter }
  | { kind: 'text'; of: Extract<FilterField, { kind: 'text' }>['of']; isEqual: boolean; pattern: string }
  | { kind: 'number'; of: Extract<FilterField, { kind: 'number' }>['of']; sign: Sign; value: number }

/** Nobody writes more, and the parser's stack ends somewhere. */
const deepest = 100

/**
 * Reads a filter of sockets: `cc=bpf_* and (srtt>10ms or not state=ESTABLISHED)`. `not` binds closest, then `and`.
 *
 * @throws UsageError that points at the column
 */
export function parseFilter(filter: string): Filter {
  const parser = new Parser(filter)
  return parser.parse()
}

class Parser {
  readonly #filter: string
  readonly #words: readonly Word[]
  #next = 0

  constructor(filter: string) {
    this.#filter = filter
    this.#words = wordsOf(filter)
  }

  parse(): Filter {
    const parsed = this.#either(0)
    const left = this.#words[this.#next]
    if (left !== undefined) throw this.#wrong(left, `expected "and" or "or", not ${quoted(left)}`)
    return parsed
  }

  #either(depth: number): Filter {
    let left = this.#both(depth)
    while (this.#take('or') !== undefined) left = { kind: 'or', left, right: this.#both(depth) }
    return left
  }

  #both(depth: number): Filter {
    let left = this.#one(depth)
    while (this.#take('and') !== undefined) left = { kind: 'and', left, right: this.#one(depth) }
    return left
  }

  #one(depth: number): Filter {
    if (depth > deepest) throw this.#wrong(this.#words[this.#next], `more than ${deepest} brackets and "not" within each other`)
    if (this.#take('not') !== undefined) return { kind: 'not', of: this.#one(depth + 1) }
    const open = this.#take('(')
    if (open === undefined) return this.#comparison()
    const inner = this.#either(depth + 1)
    if (this.#take(')') === undefined) throw this.#wrong(this.#words[this.#next], `the bracket of column ${open.column} is not closed`)
    return inner
  }

  #comparison(): Filter {
    const name = this.#words[this.#next]
    const names = Object.keys(filterFields)
    if (name === undefined) throw this.#wrong(name, 'something is missing here', `a comparison such as cc=reno; there are ${names.join(', ')}`)
    const field = Object.hasOwn(filterFields, name.text) ? filterFields[name.text] : undefined
    if (field === undefined) {
      const nearest = nearestName(name.text, names)
      throw this.#wrong(name, `sockets have no ${quoted(name)}`, nearest === null ? `they have ${names.join(', ')}` : `did you mean "${nearest}"?`)
    }
    this.#next += 1
    const sign = this.#sign(name, field)
    const value = this.#words[this.#next]
    if (value === undefined || /^[()<>=!]/.test(value.text)) throw this.#wrong(value, `expected what ${quoted(name)} is compared with`)
    this.#next += 1
    return field.kind === 'text' ? this.#text(field, sign, value) : this.#number(field, sign, value)
  }

  #sign(name: Word, field: FilterField): Sign {
    const word = this.#words[this.#next]
    const sign = signs.get(word?.text ?? '')
    const can = field.kind === 'text' ? '= or !=' : '=, !=, <, <=, > or >='
    if (word === undefined || sign === undefined) throw this.#wrong(word, `expected ${can} after ${quoted(name)}`)
    if (field.kind === 'text' && sign !== '=' && sign !== '!=') throw this.#wrong(word, `${quoted(name)} is a text: expected ${can}`)
    this.#next += 1
    return sign
  }

  #text({ of, known }: Extract<FilterField, { kind: 'text' }>, sign: Sign, value: Word): Filter {
    const pattern = value.text.replaceAll('"', '').toLowerCase()
    const words = known?.map((word) => word.toLowerCase())
    if (words !== undefined && !/[*?]/.test(pattern) && !words.includes(pattern)) {
      const nearest = nearestName(pattern, words)
      throw this.#wrong(value, `expected one of ${words.join(', ')}`, nearest === null ? undefined : `did you mean "${nearest}"?`)
    }
    return { kind: 'text', of, isEqual: sign === '=', pattern }
  }

  #number({ of, read }: Extract<FilterField, { kind: 'number' }>, sign: Sign, word: Word): Filter {
    try {
      return { kind: 'number', of, sign, value: read(word.text) }
    } catch (error) {
      if (error instanceof UsageError) throw this.#wrong(word, error.message)
      throw error
    }
  }

  #take(text: string): Word | undefined {
    const word = this.#words[this.#next]
    if (word?.text.toLowerCase() !== text) return undefined
    this.#next += 1
    return word
  }

  #wrong(word: Word | undefined, what: string, hint?: string): UsageError {
    return wrong(this.#filter, word?.column ?? this.#filter.trimEnd().length + 1, what, hint)
  }
}

const signs: ReadonlyMap<string, Sign> = new Map([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])

const quoted = ({ text }: Word): string => `"${text.replaceAll('"', '')}"`
