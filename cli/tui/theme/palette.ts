import type { Row } from '../screen/row.ts'
import type { Look, Style, Theme } from './styles.ts'

/** How many colours a terminal has: none for NO_COLOR. */
export type Colours = 0 | 16 | 256

/** What `getColorDepth` tells in bits; 1 for no colours. */
export const coloursOf = (depth: number): Colours => (depth >= 8 ? 256 : depth >= 4 ? 16 : 0)

/** Turns rows into what a terminal understands. */
export interface Palette {
  paint(row: Row): string
}

// ABI: ECMA-48, SGR.
const escape = (parts: readonly (number | string)[]): string => (parts.length === 0 ? '' : `\u001B[${parts.join(';')}m`)

/** The last gate before the terminal, whatever came past `plain`. */
const controls = /\p{Cc}/gu

/** Blanks look alike in all styles without a background: they need no codes of their own. */
const plainText: Style = 'text'

export function palette({ styles, cursor }: Theme, colours: Colours): Palette {
  const cache = new Map<string, string>()
  const codesFor = (style: Style, isChosen: boolean): string => {
    const name = `${style} ${isChosen}`
    const known = cache.get(name)
    if (known !== undefined) return known
    const made = escape(isChosen ? [...codes(styles[style], colours), ...cursorCodes(cursor, colours)] : codes(styles[style], colours))
    cache.set(name, made)
    return made
  }
  return {
    paint(row) {
      let line = ''
      let current = ''
      for (const { text, style, chosen } of row) {
        const isBlank = text.trim() === '' && style !== 'tab'
        const wanted = codesFor(isBlank ? plainText : style, chosen === true)
        if (wanted !== current) line += `${current === '' ? '' : '\u001B[0m'}${wanted}`
        current = wanted
        line += text.replaceAll(controls, '?')
      }
      return current === '' ? line : `${line}\u001B[0m`
    },
  }
}

function codes(look: Look, colours: Colours): (number | string)[] {
  const { bold, dim, inverse, colour, background, basic, basicBackground } = look
  const found: (number | string)[] = []
  if (bold) found.push(1)
  if (dim) found.push(2)
  if (colours === 256) {
    if (colour !== undefined) found.push(`38;5;${colour}`)
    if (background !== undefined) found.push(`48;5;${background}`)
  } else if (colours === 16) {
    if (basic !== undefined) found.push(basic)
    if (basicBackground !== undefined) found.push(basicBackground)
  }
  // What has a background of its own need not be turned around.
  const hasBackground = (colours === 256 && background !== undefined) || (colours === 16 && basicBackground !== undefined)
  if (inverse && !hasBackground) found.push(7)
  return found
}

const cursorCodes = (cursor: Look, colours: Colours): (number | string)[] => codes({ ...cursor, bold: true }, colours)
