import type { Certificate, PlacedFinding } from '../../src/emulator/index.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'
import { grouped } from '../output/units.ts'

/** What was measured, and where: `delay to the servers`. */
export const subjectOf = ({ subject, link, direction }: PlacedFinding): string =>
  `${subject} ${direction === 'right' ? 'to the servers' : 'to the clients'}${link === 0 ? '' : `, link ${link + 1}`}`

/** What was asked for and what was measured, a table for each direction of each link. */
export function certificateLines({ verdict, findings, own, seconds }: Certificate, output: Output): string[] {
  const places = Map.groupBy(findings, ({ link, direction }) => `${link} ${direction}`)
  const several = findings.some(({ link }) => link > 0)
  const tables = [...places.values()].flatMap((found) => {
    const [{ link, direction } = { link: 0, direction: 'right' }] = found
    const heading = `${direction === 'right' ? 'to the servers' : 'to the clients'}${several ? `, link ${link + 1}` : ''}`
    const rows = found.map((finding) => rowOf(finding, output))
    return [table([[heading, 'ASKED', 'MEASURED', 'ERROR', 'WITHIN', 'VERDICT'], ...rows], [1, 2, 3, 4]), '']
  })
  const words = { ok: 'it is what was asked for', off: 'it is not what was asked for', disturbed: 'nobody can tell' }
  return [
    ...tables,
    `${words[verdict]} (${seconds.toFixed(1)} s); of a bare wire the same measurement says ${time(own.delay)}, p99 ${time(own.delayP99)}`,
  ]
}

function rowOf(finding: PlacedFinding, output: Output): string[] {
  const { subject, unit, asked, measured, error, tolerance, verdict, reason } = finding
  const words = valueWords(unit)
  const range = asked.least === asked.most ? words(asked.least) : asked.least === 0 && asked.most === 1 ? 'any' : `${words(asked.least)} to ${words(asked.most)}`
  const isTold = verdict === 'ok' || verdict === 'off'
  const shown = isTold ? verdict : 'cannot tell'
  const colour = verdict === 'ok' ? 'green' : verdict === 'off' ? 'red' : 'yellow'
  const verdictCell = `${output.style(colour, shown)}${reason === '' ? '' : `: ${reason}`}`
  return [`  ${subject}`, range, words(measured), errorWords(unit, error), errorWords(unit, tolerance).replace('+', '±'), verdictCell]
}

type Unit = PlacedFinding['unit']

function valueWords(unit: Unit): (value: number) => string {
  const word = (value: number): string => {
    switch (unit) {
      case 'bit/s':
        return `${(value / 1e6).toPrecision(5)} Mbit/s`
      case 'ns':
        return `${(value / 1e6).toFixed(3)} ms`
      case 'share':
        return percent(value)
      case 'packets':
        return `${Number(value.toFixed(1))} packets`
      case 'bytes':
        return `${grouped(Math.round(value))} bytes`
    }
  }
  return (value) => (Number.isNaN(value) ? '' : word(value))
}

function errorWords(unit: Unit, error: number): string {
  if (Number.isNaN(error)) return ''
  const sign = error === 0 ? '' : error < 0 ? '-' : '+'
  const size = Math.abs(error)
  if (unit === 'bit/s') return `${sign}${percent(size)}`
  return `${sign}${unit === 'ns' ? time(size) : valueWords(unit)(size)}`
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`
const time = (ns: number): string => `${(ns / 1e3).toFixed(ns < 10e3 ? 1 : 0)} µs`
