import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'

const screens = join(import.meta.dirname, '../../fixtures/tui')

/** The kept screen. With CCDK_UPDATE_SCREENS=1 it is written anew, to be read before it is committed. */
export function isAsKept(name: string, text: string): void {
  const file = join(screens, `${name}.txt`)
  if (process.env['CCDK_UPDATE_SCREENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${text}\n`)
  }
  assert.ok(existsSync(file), `${file} is there`)
  assert.fixture(`${text}\n`, readFileSync(file, 'utf8'))
}

/**
 * A screen without what differs from run to run: times of day, ids, and figures that a machine's speed makes, each a `#`
 * in its place; and without what others do there. `name` is as long as what stands for it.
 */
export function settledScreen(screen: string, name: string): string {
  // A box over a list cuts names, as a narrow column does.
  const partsOf = new RegExp(`${name.slice(0, 4)}\\w*`, 'g')
  const [tabs = '', , ...body] = screen.split('\n').map((line) => line.replaceAll(partsOf, (part) => sameName.slice(0, part.length)).replace(/^( switched \w+ from map) .*/, '$1 …'))
  // What others register is in the log that stands below the list.
  const log = body.findIndex((line) => line.startsWith('╭─ Log ─'))
  const own = log === -1 ? body : body.slice(0, log)
  return [tabs, ' the machine', ...own.map(withoutFigures)].map((line) => line.replaceAll(/\d\d:\d\d:\d\d/g, 'hh:mm:ss').trimEnd()).join('\n')
}

const sameName = 'life_of_an_algo'
const figure = String.raw`(?:–|<?\d[\d.]*(?: [kMGTPµm]?(?:bit/s|B|s|%)?)?)`

function withoutFigures(line: string): string {
  const hidden = line
    .replaceAll(/ [▁-█ ]+(?=  +(?:#|\d+) )/g, (bars) => ' '.repeat(bars.length))
    .replaceAll(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:#####')
    .replaceAll(/refcnt {7}refcnt .*?( +│)/g, (course) => 'refcnt       refcnt …'.padEnd(course.length - 1) + '│')
    .replaceAll(/(─+) (\d+ of \d+) /g, (all: string) => ' # of # '.padStart(all.length, '─'))
  // A list of sockets or of members has figures alone behind its words; elsewhere only ids differ.
  const isOfFigures = /^│ (?:[\w…]+ +(?:127|\w+_)|[a-z_]+ +#|.*(?:rttvar|pacing|flight) )/.test(hidden) && !hidden.includes('inuse') && !hidden.includes('tobefree')
  const toTheRight = new RegExp(isOfFigures ? `( +)${figure}(?=  | [│┃])` : '( +)\\d{3,}(?=  | [│┃])', 'g')
  return hidden
    .replaceAll(new RegExp(String.raw`(cookie|netns|rttvar|min rtt|pacing|delivery|flight|retr|acked|cwnd|ssthr|srtt) ${figure}(?= )( *)`, 'g'), (found, title: string) => `${title} #`.padEnd(found.length))
    .replaceAll(toTheRight, (found) => '#'.padStart(found.length))
    .replaceAll(/\b\d{3,}\b(?!\.)([^│]*?)(?= *│)/g, (found, rest: string) => `#${rest}`.padEnd(found.length))
}
