import { type BtfValue, Misfit, type Part, shown, under } from './part.ts'

/** `length` elements or, for one that is flexible, as many as there is room for. */
export function array(element: Part, length: number, flexible: boolean): Part {
  const { size } = element
  const count = (at: number, end: number) => (flexible ? Math.max(0, Math.floor((end - at) / size)) : length)
  const listOf = (value: unknown): ArrayLike<unknown> => {
    if (!isList(value)) throw new Misfit(`an array${flexible ? '' : ` of ${length}`}, not ${shown(value)}`)
    if (!flexible && value.length !== length) throw new Misfit(`an array of ${length}, not of ${value.length}`)
    return value
  }
  return {
    size: flexible ? 0 : size * length,
    flexible,
    weight: element.weight,
    read(view, at, end) {
      const values: BtfValue[] = []
      // A hostile type may claim any number of elements without a byte.
      if (size === 0) return values
      for (let left = count(at, end), place = at; left > 0; left -= 1, place += size) {
        values.push(element.read(view, place, place + size))
      }
      return values
    },
    write(view, at, value) {
      if (size === 0 && isList(value) && value.length === 0) return
      const list = listOf(value)
      for (let index = 0; index < list.length; index += 1) {
        try {
          element.write(view, at + index * size, list[index])
        } catch (error) {
          throw under(error, `[${index}]`)
        }
      }
    },
    sizeOf: (value) => (flexible ? listOf(value).length * size : size * length),
  }
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const shortText = 32

/** The text up to the first zero byte. Short ASCII is put together here, which takes a third of the time of a Buffer. */
function textAt(view: DataView, at: number, longest: number): string {
  let ascii = ''
  let length = 0
  for (; length < longest; length += 1) {
    const byte = view.getUint8(at + length)
    if (byte === 0) return ascii
    if (byte > 0x7f || length >= shortText) break
    ascii += String.fromCharCode(byte)
  }
  if (length === longest) return ascii
  while (length < longest && view.getUint8(at + length) !== 0) length += 1
  return Buffer.from(view.buffer, view.byteOffset + at, length).toString()
}

/**
 * An array of `char`: text up to the first zero byte. A text as long as the array has no zero at its end, as in C.
 * Bytes are taken too, for what is no text.
 */
export function text(length: number, flexible: boolean): Part {
  const bytesOf = (value: unknown): Uint8Array => {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    if (!(bytes instanceof Uint8Array)) throw new Misfit(`a text, not ${shown(value)}`)
    if (typeof value === 'string' && value.includes('\0')) throw new Misfit('a text without a zero character')
    if (!flexible && bytes.length > length) throw new Misfit(`a text of at most ${length} bytes, not ${bytes.length}`)
    return bytes
  }
  return {
    size: flexible ? 0 : length,
    flexible,
    weight: 1,
    read(view, at, end) {
      return textAt(view, at, flexible ? end - at : length)
    },
    write(view, at, value) {
      const bytes = bytesOf(value)
      const room = new Uint8Array(view.buffer, view.byteOffset + at, flexible ? bytes.length : length)
      room.fill(0).set(bytes)
    },
    // A flexible one ends with a zero, so that whoever reads it in C sees its end.
    sizeOf: (value) => (flexible ? bytesOf(value).length + (typeof value === 'string' ? 1 : 0) : length),
  }
}
