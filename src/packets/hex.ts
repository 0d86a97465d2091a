const perLine = 16

/** Bytes as lines of an offset, hex in pairs and what is printable of them: as `tcpdump -XX` shows a packet. */
export function hexLines(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, index) => {
    const line = bytes.subarray(index * perLine, (index + 1) * perLine)
    const digits = Buffer.from(line).toString('hex').replaceAll(/.{4}(?=.)/g, '$& ')
    const letters = Array.from(line, (byte) => (byte > 32 && byte < 127 ? String.fromCodePoint(byte) : '.')).join('')
    return `0x${(index * perLine).toString(16).padStart(4, '0')}:  ${digits.padEnd(39)}  ${letters}`
  })
}
