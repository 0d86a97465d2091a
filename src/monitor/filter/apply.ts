import { fitsPattern } from '../../loader/index.ts'
import type { SocketTable } from '../sockets/table.ts'
import type { Filter, Sign } from './parse.ts'

/** Whether the socket of a row fits. A figure that a socket does not have fits nothing but "!=". */
export type Fits = (row: number) => boolean

export function applyFilter(filter: Filter, table: SocketTable): Fits {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [applyFilter(filter.left, table), applyFilter(filter.right, table)]
      return (row) => left(row) && right(row)
    }
    case 'or': {
      const [left, right] = [applyFilter(filter.left, table), applyFilter(filter.right, table)]
      return (row) => left(row) || right(row)
    }
    case 'not': {
      const fits = applyFilter(filter.of, table)
      return (row) => !fits(row)
    }
    case 'text': {
      const { pattern, isEqual } = filter
      const texts = filter.of.map((field) => table.texts(field))
      return (row) => texts.some((text) => fits(text(row).toLowerCase(), pattern)) === isEqual
    }
    case 'number': {
      const { sign, value } = filter
      const numbers = filter.of.map((field) => table.numbers(field))
      const compare = comparisons[sign]
      // Neither end's port is another one: "!=" has to hold for all.
      if (sign === '!=') return (row) => numbers.every((number) => number(row) !== value)
      return (row) => numbers.some((number) => compare(number(row), value))
    }
  }
}

/** An IPv4 address of an IPv6 socket is shown without what makes it one of IPv6, and fits either way. */
const mapped = '::ffff:'
const fits = (text: string, pattern: string): boolean =>
  fitsPattern(text, pattern) || (text.startsWith(mapped) && fitsPattern(text.slice(mapped.length), pattern))

const comparisons: Readonly<Record<Sign, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}
