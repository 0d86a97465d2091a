/** Whether a name fits a pattern, whole: `*` stands for any characters and `?` for one. It takes no longer than their product. */
export function fitsPattern(name: string, pattern: string): boolean {
  let at = 0
  let wanted = 0
  // Where the last star stands, and what it has taken so far.
  let star = -1
  let taken = 0
  while (at < name.length) {
    if (pattern[wanted] === '*') {
      star = wanted
      taken = at
      wanted += 1
    } else if (wanted < pattern.length && (pattern[wanted] === '?' || pattern[wanted] === name[at])) {
      wanted += 1
      at += 1
    } else if (star >= 0) {
      taken += 1
      at = taken
      wanted = star + 1
    } else return false
  }
  while (pattern[wanted] === '*') wanted += 1
  return wanted === pattern.length
}
