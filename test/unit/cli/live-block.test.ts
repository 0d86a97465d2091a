import { stripVTControlCharacters, styleText } from 'node:util'
import * as assert from 'uvu/assert'
import { LiveBlock } from '../../../cli/demo/live-block.ts'
import { suite } from '../../support/needs.ts'

const test = suite('a status that is drawn in place')

const escape = String.fromCodePoint(0x1b)
/** How a drawing goes back: the cursor up by n lines, and all erased below it. */
const back = new RegExp(`${escape}\\[(\\d+)A${escape}\\[0J`)

/** Takes what is written; `screen` is what a person sees of it, with what was erased gone. */
function terminal({ isTTY = true, columns = 20, rows = 10 } = {}) {
  let written = ''
  return {
    isTTY,
    columns,
    rows,
    write(text: string): boolean {
      written += text
      return true
    },
    get written(): string {
      return written
    },
    get screen(): string[] {
      const lines: string[] = []
      // Split by a pattern with a group, every other part is what the group has caught.
      for (const [index, part] of written.split(back).entries()) {
        if (index % 2 === 1) lines.splice(lines.length - Number(part))
        else lines.push(...stripVTControlCharacters(part).split('\n').slice(0, -1))
      }
      return lines
    },
  }
}

test('the status stays below the lines, which stay', () => {
  const screen = terminal()
  const block = new LiveBlock(screen, 'xterm')
  block.draw('first', 'a 1\nb 1')
  block.draw('second', 'a 2\nb 2')
  assert.equal(screen.screen, ['first', 'second', 'a 2', 'b 2'])
  block.end('a 3\nb 3')
  assert.equal(screen.screen, ['first', 'second', 'a 3', 'b 3'])
  block.draw('third', 'c')
  assert.equal(screen.screen, ['first', 'second', 'a 3', 'b 3', 'third', 'c'])
})

test('a line of the status takes one row, and the status is lower than the screen', () => {
  const screen = terminal({ columns: 8, rows: 4 })
  const block = new LiveBlock(screen, 'xterm')
  block.draw('1', `${styleText('red', '0123456789', { validateStream: false })}\nb\nc\nd`)
  assert.equal(screen.screen, ['1', '0123456…', 'b'])
  block.draw('2', 'x')
  assert.equal(screen.screen, ['1', '2', 'x'])
})

test('a terminal that was made narrower has broken the lines that it shows', () => {
  const screen = terminal({ columns: 20 })
  const block = new LiveBlock(screen, 'xterm')
  block.draw('1', '0123456789')
  screen.columns = 4
  block.draw('2', 'x')
  assert.is(back.exec(screen.written)?.[1], '3')
})

test('a terminal that does not know its size has 80 columns', () => {
  const screen = terminal({ columns: 0, rows: 0 })
  const block = new LiveBlock(screen, 'xterm')
  block.draw('1', 'x'.repeat(100))
  block.draw('2', 'y')
  assert.equal(screen.screen, ['1', '2', 'y'])
})

for (const [what, screen, kind] of [
  ['a pipe', terminal({ isTTY: false }), 'xterm'],
  ['a dumb terminal', terminal(), 'dumb'],
] as const) {
  test(`${what} gets the lines as they come, and the status once`, () => {
    const block = new LiveBlock(screen, kind)
    block.draw('first', 'a 1')
    block.draw('second', 'a 2')
    block.end('a 3')
    assert.is(screen.written, 'first\nsecond\na 3\n')
  })
}

test.run()
