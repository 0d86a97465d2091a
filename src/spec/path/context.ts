import type { CcdkError } from '../../errors/index.ts'
import type { Key } from '../document/nodes.ts'

/** What resolving a path needs from where the path was written. */
export interface Context {
  /** An error that names the place of these keys. */
  error: (keys: readonly Key[], expected: string) => CcdkError
  /** The text of a file that the path names. */
  readFile: (name: string) => string
}

/**
 * Links count whole Ethernet frames without their checksum, as Linux's qdiscs do: so many bytes more than the IP packet.
 *
 * ABI: ETH_HLEN, linux/if_ether.h.
 */
export const headerBytes = 14

/** A part of a path that is looked at: what stands around it, and by which keys it is reached. */
export interface Around extends Context {
  keys: readonly Key[]
  /** Bytes of the largest packet, as links count it. */
  packet: number
}

export const within = <A extends Around>(around: A, ...keys: Key[]): A => ({ ...around, keys: [...around.keys, ...keys] })
