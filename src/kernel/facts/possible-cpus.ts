import { readFileSync } from 'node:fs'

let count: number | undefined

/** How many processors this machine may have, those that are off or not plugged in too. */
export function possibleCpus(): number {
  count ??= countRanges(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))
  return count
}

/** The kernel's lists of processors: `0-3,8`. */
export function countRanges(text: string): number {
  return text
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0)
}
