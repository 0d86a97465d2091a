/**
 * The bits of an integer in memory, without a meaning: a number where 32 bits hold it, else a bigint. `read` answers
 * it with its sign; `write` takes one that fits.
 */
export interface Raw {
  read(view: DataView, at: number): number | bigint
  write(view: DataView, at: number, value: number | bigint): void
}

interface Shape {
  signed: boolean
  littleEndian: boolean
  /** Answer a bigint. */
  big: boolean
}

/** Whole bytes. */
export function rawBytes(size: number, { signed, littleEndian, big }: Shape): Raw {
  switch (size) {
    case 1:
      return {
        read: signed ? (view, at) => view.getInt8(at) : (view, at) => view.getUint8(at),
        write: (view, at, value) => view.setUint8(at, Number(value)),
      }
    case 2:
      return {
        read: signed ? (view, at) => view.getInt16(at, littleEndian) : (view, at) => view.getUint16(at, littleEndian),
        write: (view, at, value) => view.setUint16(at, Number(value), littleEndian),
      }
    case 4:
      return {
        read: signed ? (view, at) => view.getInt32(at, littleEndian) : (view, at) => view.getUint32(at, littleEndian),
        write: (view, at, value) => view.setUint32(at, Number(value), littleEndian),
      }
    case 8:
      return {
        read: signed ? (view, at) => view.getBigInt64(at, littleEndian) : (view, at) => view.getBigUint64(at, littleEndian),
        write: (view, at, value) => view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), littleEndian),
      }
    default:
      return rawBits(0, size * 8, { signed, littleEndian, big })
  }
}

/**
 * Some bits, counted as BTF does from the first byte: on a little-endian machine from its lowest bit, on a big-endian
 * one from its highest.
 */
export function rawBits(bitOffset: number, bits: number, { signed, littleEndian, big }: Shape): Raw {
  const first = bitOffset >> 3
  const length = ((bitOffset + bits + 7) >> 3) - first
  const above = length * 8 - bits - (bitOffset & 7)
  const shift = littleEndian ? bitOffset & 7 : above
  /** The place of the byte of a weight: 0 is the lowest. */
  const place = (weight: number) => first + (littleEndian ? weight : length - 1 - weight)
  if (length <= 4 && !big) {
    const mask = bits === 32 ? 0xffff_ffff : 2 ** bits - 1
    return {
      read(view, at) {
        let whole = 0
        for (let weight = length - 1; weight >= 0; weight -= 1) whole = (whole << 8) | view.getUint8(at + place(weight))
        return signed ? (whole << (32 - bits - shift)) >> (32 - bits) : ((whole >>> shift) & mask) >>> 0
      },
      write(view, at, value) {
        const cleared = ~(mask << shift)
        const moved = (Number(value) & mask) << shift
        for (let weight = 0; weight < length; weight += 1) {
          const byte = at + place(weight)
          view.setUint8(byte, (view.getUint8(byte) & (cleared >> (weight * 8))) | ((moved >> (weight * 8)) & 0xff))
        }
      },
    }
  }
  const wideShift = BigInt(shift)
  const wideMask = (1n << BigInt(bits)) - 1n
  return {
    read(view, at) {
      let whole = 0n
      for (let weight = length - 1; weight >= 0; weight -= 1) whole = (whole << 8n) | BigInt(view.getUint8(at + place(weight)))
      const value = signed ? BigInt.asIntN(bits, whole >> wideShift) : (whole >> wideShift) & wideMask
      return big ? value : Number(value)
    },
    write(view, at, value) {
      let cleared = ~(wideMask << wideShift)
      let moved = (BigInt(value) & wideMask) << wideShift
      for (let weight = 0; weight < length; weight += 1) {
        const byte = at + place(weight)
        view.setUint8(byte, (view.getUint8(byte) & Number(cleared & 0xffn)) | Number(moved & 0xffn))
        cleared >>= 8n
        moved >>= 8n
      }
    },
  }
}
