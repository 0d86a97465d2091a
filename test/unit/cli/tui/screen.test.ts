import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { canvas } from '../../../../cli/tui/chart/canvas.ts'
import { chart, roundAbove, scaleWidth, sparkline } from '../../../../cli/tui/chart/chart.ts'
import { bits, percent, scaled, time } from '../../../../cli/tui/screen/figures.ts'
import { heights } from '../../../../cli/tui/screen/panel.ts'
import { Painter } from '../../../../cli/tui/screen/painter.ts'
import { fit, over, plain, type Row, slice, span, textOf, width } from '../../../../cli/tui/screen/row.ts'
import { headerRow, layOut, sorted, windowFrom } from '../../../../cli/tui/screen/table.ts'
import { edited } from '../../../../cli/tui/state/line.ts'
import { glyphsFor } from '../../../../cli/tui/theme/glyphs.ts'
import { type Colours, palette } from '../../../../cli/tui/theme/palette.ts'
import { themeNamed, themes } from '../../../../cli/tui/theme/themes.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('the parts of a screen')

const rows = fc.array(fc.string({ maxLength: 12 }).map((text): Row[number] => span(plain(text), 'dim')), { maxLength: 6 })

test('a row that is fitted has the width asked for, and begins as it did', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 60 }), (row, columns) => {
      const fitted = fit(row, columns)
      assert.is(width(fitted), columns)
      const kept = Math.min(width(row), Math.max(0, columns - 1))
      assert.is(textOf(fitted).slice(0, kept), textOf(row).slice(0, kept))
    }),
  )
})

test('cut at any place, the parts of a row make the row', () => {
  fc.assert(
    fc.property(rows, fc.nat(80), (row, at) => {
      assert.is(textOf(slice(row, 0, at)) + textOf(slice(row, at)), textOf(row))
    }),
  )
})

test('a block over others hides what is under it and moves nothing', () => {
  const under = Array.from({ length: 5 }, () => [span('..........')])
  assert.equal(over(under, [[span('ab')], [span('c')]], 10).map(textOf), ['..........', '....ab....', '....c ....', '..........', '..........'])
})

test('texts of others lose what controls a terminal or takes no single column', () => {
  assert.is(plain('a\u001B[2Jb\u0007'), 'a?[2Jb?')
  assert.is(plain('漢e\u0301\u200B\u00ADx'), '?e???x')
  assert.is(plain('µs Ä'), 'µs Ä')
})

test('panels share the rows that there are, the first ones first', () => {
  const wanted = [{ least: 6, most: 8 }, { least: 5, most: 30 }, { least: 5, most: 5 }]
  assert.equal(heights(wanted, 40), [8, 27, 5])
  assert.equal(heights(wanted, 16), [6, 5, 5])
  assert.equal(heights(wanted, 12), [7, 5, 0])
})

test('a window on a list holds the cursor and moves no more than it must', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 }), fc.nat(199), (from, height, total, at) => {
      const cursor = at % total
      const found = windowFrom(from, cursor, height, total)
      assert.ok(found <= cursor && cursor < found + height)
      assert.ok(found >= 0 && (total <= height ? found === 0 : found <= total - height))
      if (from <= cursor && cursor < from + height && from <= total - height) assert.is(found, from)
    }),
  )
})

test('the mark of the order costs no letter of a title', () => {
  const column = (key: string, wide: number, align: 'left' | 'right') => ({ key, title: key, width: wide, align, priority: 0, cell: String })
  const laid = layOut([column('NAME', 6, 'left'), column('FLIGHT', 6, 'right'), column('RTT', 6, 'right')], 40)
  const header = (key: string): string => textOf(headerRow(laid, { key, reverse: true }, { up: '^', down: 'v' }))
  assert.equal(['NAME', 'FLIGHT', 'RTT'].map(header), ['NAMEv   FLIGHT     RTT', 'NAME   vFLIGHT     RTT', 'NAME    FLIGHT    RTTv'])
})

test('those without a figure come last, in both directions', () => {
  const columns = [{ key: 'n', title: '', width: 1, align: 'right', priority: 0, cell: String, sort: (value: number) => value }] as const
  const values = [2, Number.NaN, 1, 3]
  assert.equal(sorted(values, columns, { key: 'n', reverse: false }), [1, 2, 3, Number.NaN])
  assert.equal(sorted(values, columns, { key: 'n', reverse: true }), [3, 2, 1, Number.NaN])
})

test('figures are short and carry their unit', () => {
  assert.equal([0, 7, 999, 1000, 12_345, 999_600].map((value) => scaled(value)), ['0', '7', '999', '1.00 k', '12.3 k', '1.00 M'])
  assert.equal([812, 999.6, 12_345, 1_200_000].map(time), ['812 µs', '1.00 ms', '12.3 ms', '1.20 s'])
  assert.is(bits(1_250_000), '10.0 Mbit/s')
  assert.equal([0, 0.0001, 0.0152, 1].map(percent), ['0.0 %', '<0.1 %', '1.5 %', '100 %'])
})

test('braille holds eight dots a letter, by the bits that Unicode gives them', () => {
  const plot = canvas(1, 1, true)
  const letters = Array.from({ length: 8 }, (_, index) => {
    const one = canvas(1, 1, true)
    one.dot(index % 2, Math.floor(index / 2), 'first')
    plot.dot(index % 2, Math.floor(index / 2), 'first')
    return textOf(one.rows()[0] ?? [])
  })
  // From the bottom left: dots 7, 8, 3, 6, 2, 5, 1, 4.
  assert.is(letters.join(''), '⡀⢀⠄⠠⠂⠐⠁⠈')
  assert.is(textOf(plot.rows()[0] ?? []), '⣿')
})

test('a value holds until the next, and a short drop is seen however much time a column is', () => {
  const times = [0, 10, 20, 30, 31, 40]
  const drop = { style: 'first', values: [10, 10, 10, 1, 10, 10] } as const
  const facts = { times, from: 0, to: 40, curves: [drop], unit: String, columns: scaleWidth + 1 + 8, rows: 5, braille: false }
  const lines = chart(facts).map((row) => textOf(row).slice(scaleWidth + 1))
  assert.is(lines[0], '********')
  assert.is(lines.filter((line) => line[6] === '*').length, 5, lines.join('\n'))
  assert.is(lines.slice(1).filter((line) => line.replaceAll(' ', '').length > 1).length, 0, lines.join('\n'))
})

test('the newest value is drawn, at the last place, however large the times are', () => {
  for (const start of [0, 1e9, 1.79e12]) {
    const times = [0, 10, 20].map((after) => start + after)
    const peak = { style: 'first', values: [1, 1, 10] } as const
    const facts = { times, from: start, to: start + 20, curves: [peak], unit: String, columns: scaleWidth + 1 + 9, rows: 5, braille: false }
    assert.is(textOf(chart(facts)[0] ?? []).slice(scaleWidth + 1), '        *', `from ${start}`)
  }
})

test('the scale ends at a round figure that no value is above', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e15, noNaN: true }), (value) => {
      const top = roundAbove(value)
      assert.ok(top >= value * (1 - 1e-9) && top <= 2 * value * (1 + 1e-9), `${value}: ${top}`)
    }),
  )
})

test('a curve of nothing is blank, and what is small is still seen', () => {
  const { bars } = glyphsFor('unicode')
  assert.is(sparkline([0, 0], 4, bars), '    ')
  assert.is(sparkline([1, 100, 1000], 3, bars), '▁▁█')
})

test('colours: 256, 16, and with none only what needs no colour', () => {
  const row = [span('bad', 'bad'), span('   '), { ...span('x', 'text'), chosen: true as const }]
  const painted = (colours: Colours): string => JSON.stringify(palette(themeNamed('night'), colours).paint(row))
  assert.match(painted(256), /38;5;203/)
  assert.match(painted(256), /48;5;237/)
  assert.match(painted(16), /\[1;31mbad/)
  assert.not.match(painted(0), /\[(?:3|4|9)\d|38;5/)
  // Without colours the cursor is still seen.
  assert.match(painted(0), /7mx/)
  for (const { name } of themes) assert.ok(palette(themeNamed(name), 256).paint(row).endsWith('\u001B[0m'))
})

test('whatever a span holds, what controls a terminal is painted as a question mark', () => {
  const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).filter((letter) => /\p{Cc}/u.test(letter)).join('')
  for (const colours of [0, 16, 256] as const) {
    const painted = palette(themeNamed('night'), colours).paint([span(`a${controls}b`, 'bad')])
    assert.match(stripVTControlCharacters(painted), /^a\?{65}b$/)
  }
})

test('signs by locale and terminal', () => {
  assert.ok(glyphsFor('auto', { LANG: 'C.UTF-8', TERM: 'xterm' }).braille)
  assert.not.ok(glyphsFor('auto', { LANG: 'C.UTF-8', TERM: 'linux' }).braille)
  assert.ok(glyphsFor('auto', { LANG: 'C', TERM: 'xterm' }).ascii)
  assert.ok(glyphsFor('auto', { LANG: 'C.UTF-8', LC_ALL: 'POSIX' }).ascii)
  assert.ok(glyphsFor('unicode', {}).braille)
})

test('only lines that have changed are written, and all of them after a resize', () => {
  const written: string[] = []
  const painter = new Painter({ write: (text: string | Uint8Array) => written.push(String(text)) > 0 })
  painter.paint(['a', 'b'], { columns: 1, rows: 2 })
  painter.paint(['a', 'c'], { columns: 1, rows: 2 })
  painter.paint(['a', 'c'], { columns: 1, rows: 2 })
  painter.paint(['a', 'c'], { columns: 2, rows: 2 })
  assert.is(written.length, 3)
  assert.is(written[1], '\u001B[?2026h\u001B[2;1Hc\u001B[?2026l')
  assert.match(JSON.stringify(written[2]), /2J.*1;1Ha.*2;1Hc/)
})

test('a line is written as in a shell', () => {
  const after = (...chords: string[]) => {
    let line = { text: '', at: 0 }
    for (const chord of chords) line = edited(line, chord)
    return line
  }
  assert.equal(after('a', 'space', 'b', 'left', 'left', 'backspace', 'X'), { text: 'X b', at: 1 })
  assert.equal(after('a', 'b', 'space', 'c', 'd', 'ctrl+w'), { text: 'ab ', at: 3 })
  assert.equal(after('a', 'b', 'home', 'ctrl+k', 'esc', 'pgup'), { text: '', at: 0 })
})

test.run()
