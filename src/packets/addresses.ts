/** The text of 6 bytes, `02:cc:00:00:00:01`. */
export function formatMac(view: DataView, at: number): string {
  let text = ''
  for (let index = 0; index < 6; index += 1) {
    text += `${index === 0 ? '' : ':'}${view.getUint8(at + index).toString(16).padStart(2, '0')}`
  }
  return text
}

export const formatIpv4 = (view: DataView, at: number): string =>
  `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`

/** The text of 16 bytes as RFC 5952 spells it: lower case, the longest run of zero groups left out. */
export function formatIpv6(view: DataView, at: number): string {
  if (isMappedIpv4(view, at)) return `::ffff:${formatIpv4(view, at + 12)}`
  const words = Array.from({ length: 8 }, (_, index) => view.getUint16(at + index * 2))
  const zeros = longestZeros(words)
  if (zeros.length < 2) return hexWords(words)
  return `${hexWords(words.slice(0, zeros.start))}::${hexWords(words.slice(zeros.start + zeros.length))}`
}

const hexWords = (words: number[]): string => words.map((word) => word.toString(16)).join(':')

function isMappedIpv4(view: DataView, at: number): boolean {
  return view.getBigUint64(at) === 0n && view.getUint32(at + 8) === 0xffff
}

function longestZeros(words: number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (const [index, word] of words.entries()) {
    if (word !== 0) start = index + 1
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start }
  }
  return longest
}
