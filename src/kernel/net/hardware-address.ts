import { UsageError } from '../../errors/index.ts'

/** The six bytes of an Ethernet address such as `02:cc:00:00:00:01`. */
export function parseHardwareAddress(text: string): Uint8Array {
  if (!/^[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(text)) throw new UsageError(`"${text}" is not an Ethernet address`)
  return Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16))
}
