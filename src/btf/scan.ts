import { elementWords, fixedWords, headWords, kindNames, kindOf, vlenOf } from './kinds.ts'

/**
 * One pass over the types: the word at which each begins. `fail` is called with the number of the type, counted from
 * zero, that does not fit. A kernel has over 100,000 types, so this loop looks at nothing but their extent.
 */
export function scanTypes(words: Uint32Array, fail: (index: number, expected: string) => never): Uint32Array {
  const starts = new Uint32Array(Math.floor(words.length / headWords))
  let count = 0
  let at = 0
  while (at < words.length) {
    const info = words[at + 1] ?? fail(count, 'a whole type, but the section ends inside it')
    const kind = kindOf(info)
    const fixed = fixedWords[kind] ?? fail(count, `a kind from 1 to ${kindNames.length - 1}, not ${kind}`)
    if (kind === 0) fail(count, `a kind from 1 to ${kindNames.length - 1}, not 0`)
    starts[count] = at
    at += headWords + fixed + (elementWords[kind] ?? 0) * vlenOf(info)
    if (at > words.length) fail(count, `${vlenOf(info)} elements of ${kindNames[kind]}, but the section ends before`)
    count += 1
  }
  return starts.subarray(0, count)
}
