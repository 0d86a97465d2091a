import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluate, ExpressionProblem, type Figure, figuresIn, holds, parseCondition } from '../../../../src/experiment/index.ts'

const test = suite('gates')
const names = { arms: ['A', 'B'], metrics: ['goodput', 'rtt.p99'] }
const parse = (text: string) => parseCondition(text, names)
const values: Readonly<Record<string, number>> = { 'A.goodput': 100, 'B.goodput': 96, 'A.rtt.p99': 20, 'B.rtt.p99': 8 }
const valueOf = ({ arm, metric }: Figure): number | undefined => values[`${arm}.${metric}`]

function isTrue(text: string): boolean {
  const { operator, left, right } = parse(text)
  return holds(operator, evaluate(left, valueOf), evaluate(right, valueOf))
}

test('they hold or not', () => {
  assert.ok(isTrue('B.rtt.p99 < 0.5 * A.rtt.p99'))
  assert.not.ok(isTrue('B.rtt.p99 < 0.4 * A.rtt.p99'))
  assert.ok(isTrue('B.rtt.p99 <= 0.4 * A.rtt.p99'))
  assert.ok(isTrue('B.goodput > 0.95 * A.goodput'))
  assert.not.ok(isTrue('B.goodput >= A.goodput'))
  assert.ok(isTrue('(A.goodput - B.goodput) / A.goodput < 5e-2'))
  assert.ok(isTrue('-B.rtt.p99 + 2 * 3 - 1 > -2 - 2'))
  assert.ok(isTrue('1ms >= 1e6'))
  assert.ok(isTrue('2.5mbit <= 2500000'))
  assert.ok(isTrue('5% + 1Mb/s >= 1000000.05'))
  assert.equal(figuresIn(parse('A.goodput + B.goodput > A.goodput')).map(({ arm }) => arm), ['A', 'B'])
})

test('arithmetic is that of JavaScript', () => {
  const number = fc.nat(1000).map(String)
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof({ depthSize: 'small' }, number, fc.tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression')).map(([left, sign, right]) => `(${left} ${sign} ${right})`), fc.tuple(number, fc.constantFrom('+', '-', '*', '/'), number).map((parts) => parts.join(' '))),
  }))
  fc.assert(
    fc.property(expression, (text) => {
      const expected: unknown = runInNewContext(text)
      assert.equal(evaluate(parse(`${text} > 0`).left, valueOf), expected)
    }),
  )
})

test('what is none is told by its column', () => {
  const said = (text: string): string => {
    try {
      parse(text)
    } catch (problem) {
      if (problem instanceof ExpressionProblem) return `${problem.column}: ${problem.message}`
      throw problem
    }
    return ''
  }
  const cases: [text: string, message: string][] = [
    ['', '1: expected a figure such as B.goodput, or a number, not its end'],
    ['A.goodput', '10: expected <, <=, > or >=, not its end'],
    ['A.goodput < ', '12: expected a figure such as B.goodput, or a number, not its end'],
    ['A.goodput < 1 < 2', '15: expected nothing more, not "<"'],
    ['A.goodput < C.goodput', '13: no arm is named "C": expected "A"'],
    ['A.rtt.p98 < 1', '3: no metric is named "rtt.p98": expected "rtt.p99"'],
    ['A.goodput < 5mbits', '13: expected a number, or one with a unit such as 20ms, 50mbit or 1%, not "5mbits"'],
    ['A < 1', '2: expected a metric behind A, such as A.goodput'],
    ['(A.goodput < 1', '12: expected ), not "<"'],
    ['A.goodput % 2 < 1', '11: expected a figure such as B.goodput, a number or a sign, not "%"'],
    ['A.goodput 2 < 1', '11: expected <, <=, > or >=, not "2"'],
    [`${'('.repeat(40)}1`, '32: expected no more than 30 brackets and signs in each other'],
  ]
  for (const [text, message] of cases) assert.is(said(text).slice(0, message.length), message, text)
})

test('any text is a condition or a problem in one of its columns', () => {
  const part = fc.constantFrom('A.goodput', 'B.rtt.p99', '0.5', '<', '>=', '(', ')', '*', '-', ' ', 'é', '.', '1e', '\n')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')), (text) => {
      try {
        parse(text)
      } catch (problem) {
        assert.ok(problem instanceof ExpressionProblem && problem.column >= 1 && problem.column <= text.length + 1, text)
      }
    }),
  )
})

test.run()
