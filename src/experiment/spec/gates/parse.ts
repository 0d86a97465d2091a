import { nearestName } from '../../../btf-match/index.ts'
import { parseProbability, parseRate, parseTime } from '../../../units/index.ts'
import type { Condition, Expression } from './expression.ts'

/** What names a condition may have. */
export interface Names {
  arms: readonly string[]
  /** Any when left out. */
  metrics?: readonly string[]
}

/** An expression that is none: in which column, from 1, and what was expected there. */
export class ExpressionProblem extends Error {
  readonly column: number

  constructor(column: number, expected: string) {
    super(expected)
    this.column = column
  }
}

const deepest = 30

interface Token {
  text: string
  kind: 'number' | 'name' | 'sign' | 'end'
  column: number
}

/**
 * Reads a condition such as `B.rtt.p99 < 0.5 * A.rtt.p99`: figures of arms, numbers, `20ms`, `+ - * /`, brackets, and one of
 * `< <= > >=`.
 *
 * @throws ExpressionProblem
 */
export function parseCondition(text: string, names: Names): Condition {
  const reader = new Reader(tokensOf(text), names)
  const left = reader.sum(0)
  const { text: operator, column } = reader.take()
  if (operator !== '<' && operator !== '<=' && operator !== '>' && operator !== '>=') {
    throw new ExpressionProblem(column, `expected <, <=, > or >=, not ${shown(operator)}`)
  }
  const right = reader.sum(0)
  const rest = reader.take()
  if (rest.kind !== 'end') throw new ExpressionProblem(rest.column, `expected nothing more, not ${shown(rest.text)}`)
  return { text, operator, left, right }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const pattern = /\s*(?:(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:%|[µa-zA-Z]\w*(?:\/s)?)?)|(?<name>[A-Za-z_][\w.]*)|(?<sign><=|>=|[-<>+*/()]))/y
  let at = 0
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found === null) {
      const column = at + text.slice(at).search(/\S/) + 1
      throw new ExpressionProblem(column, `expected a figure such as B.goodput, a number or a sign, not ${shown(text.slice(column - 1, column))}`)
    }
    const { number, name, sign = '' } = found.groups ?? {}
    const part = number ?? name ?? sign
    tokens.push({ text: part, kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign', column: pattern.lastIndex - part.length + 1 })
    at = pattern.lastIndex
  }
  return tokens
}

/** A number, or one with a unit: a time in ns, a rate in bit/s, a share of one, as figures are. */
function valueOf(text: string, column: number): number {
  const plain = Number(text)
  if (!Number.isNaN(plain)) return plain
  for (const read of [parseTime, parseRate, parseProbability]) {
    try {
      return read(text)
    } catch {
      // It may be another quantity.
    }
  }
  throw new ExpressionProblem(column, `expected a number, or one with a unit such as 20ms, 50mbit or 1%, not ${shown(text)}`)
}

const shown = (text: string): string => (text === '' ? 'its end' : `"${text}"`)

class Reader {
  readonly #tokens: readonly Token[]
  readonly #names: Names
  #next = 0

  constructor(tokens: readonly Token[], names: Names) {
    this.#tokens = tokens
    this.#names = names
  }

  take(): Token {
    const token = this.#peek()
    this.#next += 1
    return token
  }

  #peek(): Token {
    const last = this.#tokens.at(-1)
    return this.#tokens[this.#next] ?? { text: '', kind: 'end', column: last === undefined ? 1 : last.column + last.text.length }
  }

  sum(depth: number): Expression {
    let left = this.#product(depth)
    for (let { text } = this.#peek(); text === '+' || text === '-'; { text } = this.#peek()) {
      this.take()
      left = { kind: 'operation', operator: text, left, right: this.#product(depth) }
    }
    return left
  }

  #product(depth: number): Expression {
    let left = this.#part(depth)
    for (let { text } = this.#peek(); text === '*' || text === '/'; { text } = this.#peek()) {
      this.take()
      left = { kind: 'operation', operator: text, left, right: this.#part(depth) }
    }
    return left
  }

  #part(depth: number): Expression {
    const { text, kind, column } = this.take()
    if (depth > deepest) throw new ExpressionProblem(column, `expected no more than ${deepest} brackets and signs in each other`)
    if (kind === 'number') return { kind, value: valueOf(text, column) }
    if (kind === 'name') return this.#figure(text, column)
    if (text === '-') return { kind: 'operation', operator: '-', left: { kind: 'number', value: 0 }, right: this.#part(depth + 1) }
    if (text !== '(') throw new ExpressionProblem(column, `expected a figure such as B.goodput, or a number, not ${shown(text)}`)
    const inner = this.sum(depth + 1)
    const closing = this.take()
    if (closing.text !== ')') throw new ExpressionProblem(closing.column, `expected ), not ${shown(closing.text)}`)
    return inner
  }

  #figure(text: string, column: number): Expression {
    const { arms, metrics } = this.#names
    const [arm = '', ...rest] = text.split('.')
    const metric = rest.join('.')
    if (!arms.includes(arm)) throw new ExpressionProblem(column, `no arm is named ${shown(arm)}: expected ${guess(arm, arms)}`)
    if (metric === '') throw new ExpressionProblem(column + arm.length, `expected a metric behind ${arm}, such as ${arm}.goodput`)
    if (metrics !== undefined && !metrics.includes(metric)) {
      throw new ExpressionProblem(column + arm.length + 1, `no metric is named ${shown(metric)}: expected ${guess(metric, metrics)}`)
    }
    return { kind: 'figure', arm, metric }
  }
}

function guess(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names)
  return nearest === null ? names.join(', ') : `"${nearest}"`
}
