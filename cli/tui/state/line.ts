import { letterOf } from '../keys/chords.ts'

interface Line {
  text: string
  at: number
}

/** What a key does to a line that is written, as in a shell. */
export function edited<Edited extends Line>(line: Edited, chord: string): Edited {
  const { text, at } = line
  const put = (next: string, cursor: number): Edited => ({ ...line, text: next, at: Math.max(0, Math.min(next.length, cursor)) })
  switch (chord) {
    case 'left':
      return put(text, at - 1)
    case 'right':
      return put(text, at + 1)
    case 'home':
    case 'ctrl+a':
      return put(text, 0)
    case 'end':
    case 'ctrl+e':
      return put(text, text.length)
    // Terminals send either for the key that deletes to the left.
    case 'backspace':
    case 'delete':
      return put(text.slice(0, Math.max(0, at - 1)) + text.slice(at), at - 1)
    case 'ctrl+u':
      return put(text.slice(at), 0)
    case 'ctrl+k':
      return put(text.slice(0, at), at)
    case 'ctrl+w': {
      const kept = text.slice(0, at).replace(/\S*\s*$/, '')
      return put(kept + text.slice(at), kept.length)
    }
    default: {
      const letter = letterOf(chord)
      return letter === undefined ? line : put(text.slice(0, at) + letter + text.slice(at), at + letter.length)
    }
  }
}
