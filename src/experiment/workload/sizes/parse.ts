import { ObjectError } from '../../../errors/index.ts'
import type { Source } from '../../../spec/index.ts'
import type { SizeDistribution, SizePoint } from './distribution.ts'

const mostPoints = 100_000
const wholeNumber = /^\d{1,15}$/
const decimal = /^(?:\d{1,25}|\d{0,25}\.\d{1,25})(?:e-?\d{1,3})?$/i

/**
 * Reads a distribution of sizes: a line has bytes, and the share of the flows that has at most so many; `#` begins a
 * comment. It begins with a share of 0 and ends with 1, so that nothing has to be guessed about the smallest flows, and a
 * file that was cut is none.
 *
 * @throws ObjectError that names the line
 */
export function parseSizes({ text, file }: Source): SizeDistribution {
  const points: SizePoint[] = []
  let lineNumber = 0
  const fail = (expected: string) => new ObjectError({ file, path: `line ${lineNumber}`, expected })
  for (const line of text.split('\n')) {
    lineNumber += 1
    const words = line.replace(/#.*/s, '').trim()
    if (words === '') continue
    if (points.length === mostPoints) throw fail(`expected no more than ${mostPoints} points`)
    points.push(parsePoint(words, points.at(-1), fail))
  }
  if (points.at(-1)?.share !== 1) throw fail(`expected a last line with a share of 1, and ${points.length === 0 ? 'there is no line' : 'this is the last'}`)
  return points
}

function parsePoint(words: string, before: SizePoint | undefined, fail: (expected: string) => ObjectError): SizePoint {
  const [size = '', portion = '', ...more] = words.split(/\s+/)
  if (portion === '' || more.length > 0) throw fail('expected bytes and a share, such as 10000 0.15')
  if (!wholeNumber.test(size)) throw fail(`expected a whole number of bytes, not ${JSON.stringify(size.slice(0, 40))}`)
  const share = decimal.test(portion) ? Number(portion) : Number.NaN
  if (!(share <= 1)) throw fail(`expected a share from 0 to 1 (percent are divided by 100), not ${JSON.stringify(portion.slice(0, 40))}`)
  const bytes = Number(size)
  if (before === undefined) {
    if (share === 0) return { bytes, share }
    throw fail(`expected a share of 0 first: 0 0 where smaller flows have all sizes down to 0, ${bytes} 0 where none is smaller`)
  }
  if (bytes < before.bytes) throw fail(`expected no fewer bytes than before, which are ${before.bytes}`)
  if (share < before.share) throw fail(`expected no smaller share than before, which is ${before.share}`)
  if (bytes === before.bytes && share === before.share) throw fail('expected another point than the one before')
  if (bytes === 0) throw fail('expected more than 0 bytes: no flow has none')
  return { bytes, share }
}
