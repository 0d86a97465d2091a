/** The signs of the screen, for terminals that show Unicode and for those that do not. */
export interface Glyphs {
  topLeft: string
  topRight: string
  bottomLeft: string
  bottomRight: string
  horizontal: string
  vertical: string
  thumb: string
  ellipsis: string
  live: string
  paused: string
  down: string
  up: string
  cursor: string
  middot: string
  /** From empty to full, for small curves. */
  bars: readonly string[]
  braille: boolean
  /** Whether the terminal shows nothing but ASCII. */
  ascii: boolean
}

const unicode: Glyphs = {
  topLeft: '╭',
  topRight: '╮',
  bottomLeft: '╰',
  bottomRight: '╯',
  horizontal: '─',
  vertical: '│',
  thumb: '┃',
  ellipsis: '…',
  live: '●',
  paused: '‖',
  down: '▾',
  up: '▴',
  cursor: '▌',
  middot: '·',
  bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  braille: true,
  ascii: false,
}

const ascii: Glyphs = {
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  horizontal: '-',
  vertical: '|',
  thumb: '#',
  ellipsis: '~',
  live: '*',
  paused: '=',
  down: 'v',
  up: '^',
  cursor: '>',
  middot: '-',
  bars: [' ', '_', '.', ':', '-', '=', '+', '*', '#'],
  braille: false,
  ascii: true,
}

/** The console of Linux has the lines of boxes, but neither round corners nor braille. */
const console: Glyphs = {
  ...ascii,
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  horizontal: '─',
  vertical: '│',
  thumb: '█',
  middot: '·',
  ascii: false,
}

export type Charset = 'auto' | 'unicode' | 'ascii'

/** By the locale, which says whether the terminal takes UTF-8, and the terminal's name. */
export function glyphsFor(charset: Charset, env: NodeJS.ProcessEnv = process.env): Glyphs {
  if (charset !== 'auto') return charset === 'unicode' ? unicode : ascii
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  if (!/utf-?8/i.test(locale)) return ascii
  return env['TERM'] === 'linux' ? console : unicode
}
