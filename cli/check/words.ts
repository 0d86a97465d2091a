import type { MissingUse } from '../../src/loader/index.ts'

/** `fields (core.bpf.c:87)`, and which program calls it. */
export function placeOf({ program, function: name, source }: MissingUse): string {
  const place = source === null ? '' : ` (${source.file}:${source.line})`
  return program === name ? `${program}${place}` : `${name}${place} called by ${program}`
}

/** What comes of a use of something that is missing. */
export const whatHappens = ({ reached }: MissingUse): string =>
  reached ? 'the verifier refuses it' : 'it is not reached there, since the program asks first'

/** The release and the options that bring it. */
export const needsOf = ({ needs }: MissingUse): string => (needs === null ? '' : `; ${needs}`)

/** `1, 2, 5-9`: kernels by their numbers. */
export function ranges(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run !== undefined && run.last === number - 1) run.last = number
    else runs.push({ first: number, last: number })
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')
}

/** Breaks a text at spaces into lines of at most `width`, all but the first behind an indent. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}
