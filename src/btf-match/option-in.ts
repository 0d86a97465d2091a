/**
 * What stands after the equals sign of an option in the text of a `.config`. The text has thousands of options and an
 * object asks for one or two, so it is searched and not taken apart.
 */
export function optionIn(text: string, name: string): string | undefined {
  const start = `${name}=`
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue
    const end = text.indexOf('\n', at)
    return text.slice(at + start.length, end < 0 ? text.length : end).trim()
  }
  return undefined
}
