/**
 * More bytes than any real name has. Without a limit a small file can name each of its thousands of symbols by one long
 * string, from another byte on each time, and take gigabytes to read.
 */
export const longestName = 4096

/** Reads UTF-8 and keeps a byte order mark, so that names which differ do not become the same. */
export const decodeText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()

/** The text that starts at `offset` and ends before the next zero byte, or undefined when there is none. */
export function zeroTerminated(bytes: Uint8Array, offset: number): string | undefined {
  const end = bytes.indexOf(0, offset)
  return end < 0 || offset > bytes.length ? undefined : decodeText(bytes.subarray(offset, end))
}
