/** BTF consists of 32-bit words throughout: a view of the bytes where that is possible, else a copy put in order. */
export function toWords(bytes: Uint8Array, littleEndian: boolean): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
  if (littleEndian === hostIsLittleEndian) return words
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.length)
  return Uint32Array.from(words, (_, at) => view.getUint32(at * 4, littleEndian))
}

const hostIsLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
