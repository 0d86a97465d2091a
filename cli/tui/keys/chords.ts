import type { Key } from 'ink'

const named = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const satisfies readonly (readonly [keyof Key, string])[]

const names: ReadonlySet<string> = new Set([...named.map(([, name]) => name), 'tab', 'space'])

/** What was pressed, as the table writes it: `q`, `G`, `ctrl+d`, `shift+tab`. Several when a terminal sent them at once. */
export function chordsOf(input: string, key: Key): string[] {
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab']
  const special = named.find(([flag]) => key[flag])
  if (special !== undefined) return [special[1]]
  if (key.meta) return []
  return Array.from(input, (letter) => (key.ctrl ? `ctrl+${letter}` : chordOf(letter)))
}

/** ABI: ASCII. A terminal that sends several keys at once sends some of them as control letters. */
function chordOf(letter: string): string {
  const code = letter.charCodeAt(0)
  const found = ({ '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u001B': 'esc', '\u007F': 'backspace', ' ': 'space' } as const)[letter]
  return found ?? (code < 0x20 ? `ctrl+${String.fromCharCode(code + 0x60)}` : letter)
}

/** The letter that a chord writes into a line; undefined for one that writes none. */
export const letterOf = (chord: string): string | undefined => (chord === 'space' ? ' ' : Array.from(chord).length === 1 ? chord : undefined)

/** Whether a terminal can send it. */
export const isChord = (chord: string): boolean =>
  /^(?:[^\s\p{Cc}]|ctrl\+[a-z]|shift\+tab)$/u.test(chord) || names.has(chord)

const shown: Readonly<Record<string, string>> = { enter: '↵', esc: 'Esc', space: 'Space', tab: 'Tab', 'shift+tab': 'S-Tab', up: '↑', down: '↓', left: '←', right: '→', pgup: 'PgUp', pgdn: 'PgDn', home: 'Home', end: 'End' }

/** How the screen and the pages write it. */
export const shownChord = (chord: string, unicode = true): string => {
  if (chord.startsWith('ctrl+')) return `^${chord.slice(5).toUpperCase()}`
  const found = shown[chord] ?? chord
  return unicode || /^[\x20-\x7e]*$/.test(found) ? found : chord
}
