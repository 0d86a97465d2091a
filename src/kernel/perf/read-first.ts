import { readFileSync } from 'node:fs'

/** The text of the first file that can be read, without white space around it. */
export function readFirst(files: readonly string[]): string | undefined {
  for (const file of files) {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch {
      // The next may be there.
    }
  }
  return undefined
}
