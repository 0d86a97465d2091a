/** A figure of an arm: `B.rtt.p99`. */
export interface Figure {
  kind: 'figure'
  arm: string
  metric: string
}

export type Expression =
  | Figure
  | { kind: 'number'; value: number }
  | { kind: 'operation'; operator: '+' | '-' | '*' | '/'; left: Expression; right: Expression }

/** What must hold of figures. */
export interface Condition {
  /** As it was written. */
  text: string
  operator: '<' | '<=' | '>' | '>='
  left: Expression
  right: Expression
}

/** Each figure that is named, once. */
export function figuresIn({ left, right }: Condition): Figure[] {
  const found = new Map<string, Figure>()
  const walk = (expression: Expression): void => {
    if (expression.kind === 'figure') found.set(`${expression.arm}.${expression.metric}`, expression)
    if (expression.kind !== 'operation') return
    walk(expression.left)
    walk(expression.right)
  }
  walk(left)
  walk(right)
  return [...found.values()]
}

/** Its value; NaN where a figure has none. */
export function evaluate(expression: Expression, figure: (figure: Figure) => number | undefined): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'figure':
      return figure(expression) ?? Number.NaN
    case 'operation': {
      const left = evaluate(expression.left, figure)
      const right = evaluate(expression.right, figure)
      switch (expression.operator) {
        case '+':
          return left + right
        case '-':
          return left - right
        case '*':
          return left * right
        case '/':
          return left / right
      }
    }
  }
}

/** What a value is counted in, where all its figures are in the same; empty where it is a number, or nobody can say. */
export function unitOf(expression: Expression, unit: (figure: Figure) => string): string {
  if (expression.kind === 'number') return ''
  if (expression.kind === 'figure') return unit(expression)
  const [left, right] = [unitOf(expression.left, unit), unitOf(expression.right, unit)]
  if (expression.operator === '/') return right === '' ? left : ''
  if (left === '' || right === '') return left || right
  return left === right && expression.operator !== '*' ? left : ''
}

/** Whether two values stand to each other as a condition asks; never where one is NaN. */
export function holds(operator: Condition['operator'], left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
  }
}
