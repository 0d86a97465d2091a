const utf8 = new TextDecoder()

export const decodeText = (bytes: Uint8Array): string => utf8.decode(bytes)

/** The text that starts at `offset` and ends before the next zero byte, or undefined when there is none. */
export function zeroTerminated(bytes: Uint8Array, offset: number): string | undefined {
  const end = bytes.indexOf(0, offset)
  return end < 0 || offset > bytes.length ? undefined : decodeText(bytes.subarray(offset, end))
}
